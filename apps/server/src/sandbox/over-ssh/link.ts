// SPDX-License-Identifier: BSD-2-Clause

import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { SandboxError } from '@ringlab/labkit';
import { Client, type ConnectConfig } from 'ssh2';
import { type Dial, sandboxEnded } from '../agent/dial.ts';

const READY_TIMEOUT_MS = 30_000;
const LAST_LINES = 3;

export interface Ran {
  /** Undefined when the connection was lost before it ended. */
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

export interface RemoteCommand {
  /** Its stdin, stdout and `stderr`. */
  readonly channel: Duplex & { readonly stderr: Readable };
  /** Undefined while it runs, and when a signal ended it or the connection was lost before it did. */
  code(): number | undefined;
}

/** One SSH connection: commands, and streams to sockets on its other side. */
export class SshLink implements Disposable {
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  /** Resolves when it has, and nobody here disposed of it: the other side went, or says nothing any more. */
  readonly lost: Promise<void>;
  readonly #client: Client;
  #disposed = false;

  private constructor(client: Client) {
    this.#client = client;
    this.closed = new Promise((resolve) => client.once('close', () => resolve()));
    this.lost = new Promise((resolve) => {
      void this.closed.then(() => this.#disposed || resolve());
    });
    client.on('error', () => {});
  }

  /** Rejects with the connection's own error, whose `level` says whether it was the network or the login. */
  static async open(config: ConnectConfig): Promise<SshLink> {
    const client = new Client();
    const ready = new Promise<void>((resolve, reject) => {
      client.once('ready', resolve);
      client.once('error', reject);
      client.once('close', () => reject(sandboxEnded()));
    });
    client.connect({ readyTimeout: READY_TIMEOUT_MS, ...config });
    try {
      await ready;
    } catch (error) {
      client.on('error', () => {});
      client.destroy();
      throw error;
    }
    return new SshLink(client);
  }

  /** Streams to whoever listens on that socket there. Each has a window of its own: one that is not read holds only itself up. */
  dialer(socketPath: string): Dial {
    return () =>
      new Promise((resolve, reject) => {
        const refuse = () => reject(sandboxEnded());
        try {
          this.#client.openssh_forwardOutStreamLocal(socketPath, (error, channel) => {
            if (error !== undefined) return refuse();
            // Half a stream is of no use: who has stopped talking there does not listen either.
            channel.once('end', () => channel.end());
            resolve(channel);
          });
        } catch {
          refuse();
        }
        void this.closed.then(refuse);
      });
  }

  /** Starts a command of the login shell. */
  async start(command: string): Promise<RemoteCommand> {
    return new Promise((resolve, reject) => {
      void this.closed.then(() => reject(sandboxEnded()));
      try {
        this.#client.exec(command, (error, channel) => {
          if (error !== undefined) return reject(error);
          let code: number | undefined;
          // At once: a command that is quick, or a server that is not, and its end is in the same packets as its start.
          channel.once('exit', (number: number | null) => {
            code = number ?? undefined;
          });
          resolve({ channel, code: () => code });
        });
      } catch (error) {
        reject(error);
      }
    });
  }

  /** Runs a command to its end, with `input` on its stdin. */
  async run(command: string, input: string | Uint8Array = ''): Promise<Ran> {
    const { channel, code } = await this.start(command);
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    channel.on('data', (chunk: Buffer) => out.push(chunk));
    channel.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    channel.end(input);
    await once(channel, 'close');
    return { code: code(), out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
  }

  /** The same; a failure is a SandboxError that begins with `doing`. */
  async must(doing: string, command: string, input?: string | Uint8Array): Promise<string> {
    const { code, out, err } = await this.run(command, input);
    if (code === 0) return out;
    throw new SandboxError(`${doing} failed: ${lastWords(err) || `it ended with ${code}`}`);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#client.destroy();
  }
}

/** The very last line is often no more than that there were others. */
function lastWords(err: string): string {
  return err.trim().split('\n').slice(-LAST_LINES).join('; ');
}

/** For a POSIX shell. */
export function quoted(words: readonly (string | number)[]): string {
  return words.map((word) => `'${String(word).replaceAll("'", "'\\''")}'`).join(' ');
}
