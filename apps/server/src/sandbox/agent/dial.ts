// SPDX-License-Identifier: BSD-2-Clause

import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { SandboxError } from '@ringlab/labkit';

/**
 * Opens one more stream to a sandbox's agent. A stream that is not read holds its other end back, and those beside it go
 * on. Rejects with SandboxError when nobody answers.
 */
export type Dial = () => Promise<Duplex>;

/** To an agent that listens on a socket of this machine. */
export function dialSocket(path: string): Dial {
  return async () => {
    const socket = connect({ path });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', () => reject(sandboxEnded()));
    });
    return socket;
  };
}

export function sandboxEnded(): SandboxError {
  return new SandboxError('The sandbox has ended; run again to get a new one.');
}
