// SPDX-License-Identifier: BSD-2-Clause

import { once } from 'node:events';
import type { SshLink } from './link.ts';

const LAUNCH_TIMEOUT_MS = 60_000;

export interface LaunchFailure {
  readonly code: number | undefined;
  /** The last line of what it complained of. */
  readonly words: string;
}

/** Its agent listens, and goes on running. */
export interface Launched {
  /** Settles when it has ended. */
  readonly ended: Promise<LaunchFailure>;
}

/** Starts a command that ends in `ringlab-agent launch`. */
export async function awaitAgent(link: SshLink, command: string): Promise<Launched | LaunchFailure> {
  const { channel, code } = await link.start(command);
  let errors = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000);
  });
  const failure = () => ({
    code: code(),
    words: errors.trim().split('\n').at(-1) || 'it ended without a word',
  });
  const ended = new Promise<LaunchFailure>((resolve) => channel.once('close', () => resolve(failure())));
  const signal = AbortSignal.timeout(LAUNCH_TIMEOUT_MS);
  const listening = once(channel, 'data', { signal }).then(() => true);
  const isListening = await Promise.race([listening, ended.then(() => false)]).catch(() => false);
  return isListening ? { ended } : failure();
}
