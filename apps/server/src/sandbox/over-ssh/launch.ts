// SPDX-License-Identifier: BSD-2-Clause

import { once } from 'node:events';
import type { SshLink } from './link.ts';

const LAUNCH_TIMEOUT_MS = 60_000;

export interface LaunchFailure {
  readonly code: number | undefined;
  /** The last line of what it complained of. */
  readonly words: string;
}

/** Starts a command that ends in `ringlab-agent launch`. Undefined when its agent can be reached; it goes on running then. */
export async function awaitAgent(link: SshLink, command: string): Promise<LaunchFailure | undefined> {
  const channel = await link.start(command);
  let errors = '';
  let code: number | undefined;
  channel.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000);
  });
  channel.once('exit', (number: number | null) => {
    code = number ?? undefined;
  });
  const signal = AbortSignal.timeout(LAUNCH_TIMEOUT_MS);
  const listening = once(channel, 'data', { signal }).then(() => true);
  const ended = once(channel, 'close', { signal }).then(() => false);
  for (const late of [listening, ended]) late.catch(() => {});
  if (await Promise.race([listening, ended]).catch(() => false)) return undefined;
  return { code, words: errors.trim().split('\n').at(-1) || 'it ended without a word' };
}
