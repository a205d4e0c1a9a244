// SPDX-License-Identifier: BSD-2-Clause
import { once } from 'node:events';
import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';

/**
 * The network between a browser and the server: a TCP proxy that can really be cut. While it is, connections that
 * were there are gone and new ones are refused, WebSockets included, which Chromium's own "offline" leaves alone.
 */
export class Cable implements AsyncDisposable {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #listener: NetServer | undefined;
  #port = 0;

  private constructor(target: URL) {
    this.#target = target;
  }

  /** @param target the server's origin */
  static async plugIn(target: string): Promise<Cable> {
    const cable = new Cable(new URL(target));
    await cable.mend();
    return cable;
  }

  /** The link of the server, through this cable. */
  through(link: string): string {
    const url = new URL(link);
    url.host = `127.0.0.1:${this.#port}`;
    return url.href;
  }

  async cut(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    const closed = listener === undefined ? undefined : once(listener, 'close');
    listener?.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** On the same port as before. */
  async mend(): Promise<void> {
    const listener = createServer((near) => this.#join(near));
    listener.listen(this.#port, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.#listener = listener;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
