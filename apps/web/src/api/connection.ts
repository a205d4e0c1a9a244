// SPDX-License-Identifier: BSD-2-Clause
import {
  type ClientMessage,
  decodeFrame,
  encodeFrame,
  PROTOCOL_VERSION,
  type RequestMethod,
  type RequestParams,
  type RequestResult,
  type ServerEvent,
  serverMessage,
  type TerminalFrame,
} from '@ringlab/protocol';
import { PendingRequests } from './pending-requests.ts';
import { ReconnectingSocket } from './reconnecting-socket.ts';

export type Welcome = Extract<ServerEvent, { type: 'welcome' }>;

export interface ConnectionListener {
  /** Requests work from here on. `restarted`: not the server process that this page talked to before. */
  online(welcome: Welcome, restarted: boolean): void;
  offline(retryInMs: number): void;
  event(event: ServerEvent): void;
  frame(frame: TerminalFrame): void;
}

const QUIET_MS = 10_000;
const PATIENCE_MS = 4000;

/** The tab's one WebSocket: speaks the protocol, notices dead connections, and says hello again after each loss. */
export class Connection implements Disposable {
  readonly #tabId: string;
  readonly #listener: ConnectionListener;
  readonly #socket: ReconnectingSocket;
  readonly #requests: PendingRequests;
  #online = false;
  #bootId: string | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, tabId: string, listener: ConnectionListener) {
    this.#tabId = tabId;
    this.#listener = listener;
    this.#requests = new PendingRequests((message) => this.#online && this.#send(message));
    this.#socket = new ReconnectingSocket(url, {
      opened: () => this.#send({ type: 'hello', protocol: PROTOCOL_VERSION, tabId: this.#tabId }),
      text: (data) => this.#received(data),
      bytes: (data) => this.#receivedFrame(data),
      down: (retryInMs) => this.#down(retryInMs),
    });
  }

  /** Rejects with ApiError: the server's answer, or that it could not be asked. */
  request<M extends RequestMethod>(method: M, params: RequestParams<M>): Promise<RequestResult<M>> {
    return this.#requests.ask(method, params);
  }

  send(message: ClientMessage): boolean {
    return this.#online && this.#send(message);
  }

  sendFrame(frame: TerminalFrame): boolean {
    return this.#online && this.#socket.send(encodeFrame(frame));
  }

  /** The network may have changed: connect at once, or find out now whether the connection still lives. */
  probe(): void {
    this.#socket.retryNow();
    if (this.#online) this.#ping();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#quiet);
    this.#online = false;
    this.#requests.connectionLost();
    this.#socket[Symbol.dispose]();
  }

  #send(message: ClientMessage): boolean {
    return this.#socket.send(JSON.stringify(message));
  }

  #received(data: string): void {
    this.#heard();
    const message = parseServerMessage(data);
    if (message === undefined) return;
    if (message.type === 'reply') this.#requests.answered(message.requestId, message.result);
    else if (message.type === 'failed') this.#requests.failed(message.requestId, message.error);
    else if (message.type === 'welcome') this.#welcomed(message);
    else this.#listener.event(message);
  }

  #receivedFrame(data: Uint8Array): void {
    this.#heard();
    const frame = decodeFrame(data);
    if (frame !== undefined) this.#listener.frame(frame);
  }

  #welcomed(welcome: Welcome): void {
    const restarted = this.#bootId !== undefined && this.#bootId !== welcome.bootId;
    this.#bootId = welcome.bootId;
    this.#online = true;
    this.#socket.proven();
    this.#listener.online(welcome, restarted);
    this.#requests.connectionBack();
  }

  #down(retryInMs: number): void {
    clearTimeout(this.#quiet);
    this.#online = false;
    this.#requests.connectionLost();
    this.#listener.offline(retryInMs);
  }

  #heard(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#ping(), QUIET_MS);
  }

  #ping(): void {
    clearTimeout(this.#quiet);
    this.#send({ type: 'ping', sentAtMs: Date.now() });
    this.#quiet = setTimeout(() => this.#socket.drop(), PATIENCE_MS);
  }
}

/** Undefined for what is no message of this protocol; the console says what was wrong with it. */
function parseServerMessage(data: string) {
  try {
    return serverMessage.parse(JSON.parse(data));
  } catch (error) {
    console.error('The server sent a message that this page does not understand.', error);
    return undefined;
  }
}
