// SPDX-License-Identifier: BSD-2-Clause
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 15;

/**
 * Tries until `attempt` gives something other than undefined, and gives that; undefined after `giveUpMs`. Rejects
 * when the signal is aborted. Time counts only together with attempts: a starved machine gets at least `minAttempts`.
 */
export async function retry<T>(
  attempt: () => Promise<T | undefined>,
  { giveUpMs, signal }: { readonly giveUpMs: number; readonly signal: AbortSignal },
): Promise<T | undefined> {
  const minAttempts = giveUpMs / (4 * POLL_MS);
  const endMs = performance.now() + giveUpMs;
  for (let attempts = 1; ; attempts++) {
    signal.throwIfAborted();
    const found = await attempt();
    if (found !== undefined) return found;
    if (performance.now() > endMs && attempts >= minAttempts) return undefined;
    await delay(POLL_MS, undefined, { signal });
  }
}

/** `work`, or the reason why `signal` was aborted as soon as it is; what `work` waits for is then its caller's to end. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  work.catch(() => {});
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Resolves with the promise, or undefined after so long. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  using timer = disposableTimer(ms);
  return await Promise.race([promise, timer.expired]);
}

function disposableTimer(ms: number): Disposable & { readonly expired: Promise<undefined> } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  return { expired: promise, [Symbol.dispose]: () => clearTimeout(timer) };
}
