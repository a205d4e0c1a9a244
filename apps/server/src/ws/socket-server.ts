// SPDX-License-Identifier: BSD-2-Clause
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Person, SandboxStatus, ServerEvent } from '@ringlab/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import { readTokens } from '../door/cookies.ts';
import type { OriginPolicy } from '../door/origin.ts';
import { createHandlers, type Services } from './handlers.ts';
import { CLOSE, TabConnection, type TabContext } from './tab-connection.ts';

/** A file of 10 MiB must arrive whole to be refused in words; what is larger ends the connection. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const HEARTBEAT_MS = 15_000;
const TABS_PER_PERSON = 20;

export interface SocketServerOptions {
  readonly origins: OriginPolicy;
  readonly services: Services;
  personOf(token: string): Person | undefined;
  sandboxStatus(): SandboxStatus;
}

/** The WebSocket at /ws: one connection a tab, for pages of this server that are signed in. */
export class SocketServer implements AsyncDisposable {
  readonly #options: SocketServerOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  readonly #answered = new WeakSet<WebSocket>();
  readonly #tabs = new Set<TabConnection>();
  readonly #context: TabContext;
  readonly #heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);

  constructor(http: Server, options: SocketServerOptions) {
    this.#options = options;
    this.#context = {
      services: options.services,
      handlers: createHandlers(options.services),
      bootId: randomUUID(),
      sandboxStatus: () => options.sandboxStatus(),
      arrived: (tab) => this.#arrived(tab),
      left: (tab) => this.#left(tab),
    };
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** To every tab of everybody. */
  broadcast(event: ServerEvent): void {
    for (const tab of this.#tabs) tab.send(event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#heartbeat);
    // 1012: the service restarts; tabs come back by themselves.
    for (const socket of this.#sockets.clients) socket.close(1012, 'The server stops.');
    setTimeout(() => this.#terminateAll(), 500).unref();
    await new Promise((closed) => this.#sockets.close(closed));
  }

  #terminateAll(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const status = this.#refusal(request);
    if (status !== undefined) refuse(socket, status);
    else this.#sockets.handleUpgrade(request, socket, head, (client) => this.#connected(client, request));
  }

  /** The status with which a connection is refused that cannot be a page of this server. */
  #refusal({ url, headers }: IncomingMessage): number | undefined {
    const { origins } = this.#options;
    // Cut rather than parsed: what comes here need not be a URL.
    if (url?.split('?', 1)[0] !== '/ws') return 404;
    // A browser always says its origin. A program that does not might be any page's, through some proxy.
    const isOurs = headers.origin !== undefined && origins.isSameOrigin(headers);
    return isOurs && origins.isKnownHost(headers.host) ? undefined : 403;
  }

  #connected(client: WebSocket, request: IncomingMessage): void {
    // Also of one that is turned away: an error that nobody hears would end the server. 'close' follows.
    client.on('error', () => undefined);
    const { session } = readTokens(request.headers.cookie);
    const person = session === undefined ? undefined : this.#options.personOf(session);
    if (!person) client.close(CLOSE.notSignedIn, 'Not signed in.');
    else if (this.#tabsOf(person).length >= TABS_PER_PERSON)
      client.close(CLOSE.policy, 'Too many tabs are open.');
    else this.#opened(client, person);
  }

  #opened(client: WebSocket, person: Person): void {
    this.#answered.add(client);
    client.on('pong', () => this.#answered.add(client));
    this.#tabs.add(new TabConnection(client, person, this.#context));
    this.#options.services.board.arrived(person);
  }

  #arrived(tab: TabConnection): void {
    for (const other of this.#tabs) {
      if (other !== tab && other.tab === tab.tab) other.close(CLOSE.replaced, 'This tab connected again.');
    }
  }

  #left(tab: TabConnection): void {
    this.#tabs.delete(tab);
    this.#options.services.board.left(tab.person);
  }

  #tabsOf({ personId }: Person): TabConnection[] {
    return [...this.#tabs].filter(({ person }) => person.personId === personId);
  }

  #beat(): void {
    for (const client of this.#sockets.clients) {
      if (this.#answered.has(client)) client.ping();
      else client.terminate();
      this.#answered.delete(client);
    }
  }
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
