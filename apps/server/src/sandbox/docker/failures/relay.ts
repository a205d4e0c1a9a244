// SPDX-License-Identifier: BSD-2-Clause
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

interface Held {
  readonly pattern: RegExp;
  /** Its argument lets the request go on. */
  readonly arrived: (goOn: () => void) => void;
}

/** A socket that leads to a real daemon's, where a request can be kept waiting, and a connection cut. */
export class Relay implements AsyncDisposable {
  readonly #server: Server;
  /** With the last request on it. */
  readonly #connections = new Map<Socket, string>();
  #held: Held | undefined;

  private constructor(daemonSocket: string) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#join(client, daemonSocket));
  }

  static async start(path: string, daemonSocket: string): Promise<Relay> {
    const relay = new Relay(daemonSocket);
    relay.#server.listen(path);
    await once(relay.#server, 'listening');
    return relay;
  }

  /** Resolves when the next request whose first line fits is there, with what lets it go on. */
  hold(pattern: RegExp): Promise<() => void> {
    return new Promise((arrived) => {
      this.#held = { pattern, arrived };
    });
  }

  /** Ends every connection whose last request's first line fits. */
  cut(pattern: RegExp): void {
    for (const [client, line] of this.#connections) if (pattern.test(line)) client.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut(/^/);
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, daemonSocket: string): void {
    const daemon = connect({ path: daemonSocket, allowHalfOpen: true });
    this.#connections.set(client, '');
    const end = () => {
      this.#connections.delete(client);
      client.destroy();
      daemon.destroy();
    };
    for (const socket of [client, daemon]) socket.on('error', end).on('close', end);
    client.pipe(this.#watched(client)).pipe(daemon);
    daemon.pipe(client);
  }

  /** A request begins with a chunk of its own: who asks waits for the answer to the one before. */
  #watched(client: Socket): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, pass) => {
        const [line = ''] = chunk.toString('latin1').split('\r\n', 1);
        if (/ HTTP\/1\.1$/.test(line)) this.#connections.set(client, line);
        const held = this.#held;
        if (held === undefined || !held.pattern.test(line)) return pass(null, chunk);
        this.#held = undefined;
        held.arrived(() => pass(null, chunk));
      },
    });
  }
}
