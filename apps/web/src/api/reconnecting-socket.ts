// SPDX-License-Identifier: BSD-2-Clause
import { backoffMs } from './backoff.ts';

export interface SocketListener {
  opened(): void;
  text(data: string): void;
  bytes(data: Uint8Array): void;
  /** The connection ended or did not come about; the next attempt starts in `retryInMs`. */
  down(retryInMs: number): void;
}

const CONNECT_TIMEOUT_MS = 8000;

/** A WebSocket that comes back: each lost connection is followed by attempts with growing, random pauses. */
export class ReconnectingSocket implements Disposable {
  readonly #url: string;
  readonly #listener: SocketListener;
  #socket: WebSocket | undefined;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(url: string, listener: SocketListener) {
    this.#url = url;
    this.#listener = listener;
    this.#connect();
  }

  /** False when nothing can be sent now; the bytes are then dropped. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  /** The connection proved itself: the next loss starts with the shortest pause again. */
  proven(): void {
    this.#attempt = 0;
  }

  /** Connects now if an attempt is being waited for. */
  retryNow(): void {
    if (this.#disposed || this.#socket !== undefined) return;
    this.#connect();
  }

  /** Gives the connection up as dead, without waiting for the network to say so. */
  drop(): void {
    if (this.#socket !== undefined) this.#lost(this.#socket);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = undefined;
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    this.#timer = setTimeout(() => this.#lost(socket), CONNECT_TIMEOUT_MS);
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => this.#received(socket, data);
    socket.onclose = () => this.#lost(socket);
  }

  #opened(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#timer);
    this.#listener.opened();
  }

  #received(socket: WebSocket, data: string | ArrayBuffer): void {
    if (socket !== this.#socket) return;
    if (typeof data === 'string') this.#listener.text(data);
    else this.#listener.bytes(new Uint8Array(data));
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    clearTimeout(this.#timer);
    socket.close();
    const retryInMs = backoffMs(this.#attempt++);
    this.#timer = setTimeout(() => this.#connect(), retryInMs);
    this.#listener.down(retryInMs);
  }
}
