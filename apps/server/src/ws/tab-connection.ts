// SPDX-License-Identifier: BSD-2-Clause
import { randomUUID } from 'node:crypto';
import {
  type ClientMessage,
  decodeFrame,
  type Person,
  PROTOCOL_VERSION,
  type SandboxStatus,
  type ServerEvent,
  type ServerMessage,
} from '@ringlab/protocol';
import { type RawData, WebSocket } from 'ws';
import { protocolErrorOf, Refusal } from '../refusal.ts';
import type { Asker, Handlers, Services } from './handlers.ts';
import { handleRequest } from './handlers.ts';
import { Flood, parseMessage, refusalOfParams } from './parsing.ts';

/** Close codes of our own; a browser reads them where it cannot read an HTTP status. */
export const CLOSE = { policy: 1008, notSignedIn: 4401, replaced: 4409, otherProtocol: 4426 } as const;

/** Requests that one tab may have unanswered. */
const MAX_UNANSWERED = 128;
/** A tab that leaves so much unread gets no more of what is outdated a moment later. */
const STALE_BYTES = 1024 * 1024;
/** A tab that leaves so much unread is as good as gone; when it is not, it comes back and starts from its offsets. */
const GONE_BYTES = 32 * 1024 * 1024;

export interface TabContext {
  readonly services: Services;
  readonly handlers: Handlers;
  readonly bootId: string;
  sandboxStatus(): SandboxStatus;
  /** The tab said who it is; an older connection of the same tab ends. */
  arrived(connection: TabConnection): void;
  left(connection: TabConnection): void;
}

/** One connection of one tab: parses what comes, answers in order, and undoes what it set up when it ends. */
export class TabConnection implements Asker {
  readonly person: Person;
  readonly connectionId = randomUUID();
  readonly #socket: WebSocket;
  readonly #context: TabContext;
  readonly #undo = new Map<string, () => void>();
  readonly #flood = new Flood();
  #tabId: string | undefined;
  #replies: Promise<void> = Promise.resolve();
  #unanswered = 0;

  constructor(socket: WebSocket, person: Person, context: TabContext) {
    this.#socket = socket;
    this.person = person;
    this.#context = context;
    socket.on('message', (data, isBinary) => this.#received(data, isBinary));
    socket.on('close', () => this.#ended());
  }

  get tab(): string {
    return `${this.person.personId}/${this.#tabId ?? this.connectionId}`;
  }

  readonly sendFrame = (frame: Uint8Array): void => {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame);
  };

  send(event: ServerEvent): void {
    const canWait = event.type === 'rates' || event.type === 'rings' || event.type === 'board';
    if (canWait && this.#socket.bufferedAmount > STALE_BYTES) return;
    this.#sendMessage(event);
  }

  afterReply(work: () => void): void {
    queueMicrotask(() => {
      this.#replies = this.#replies.then(() => {
        if (this.#socket.readyState === WebSocket.OPEN) work();
      });
    });
  }

  onEnd(key: string, undo: () => void): void {
    this.#undo.set(key, undo);
  }

  undo(key: string): void {
    const undo = this.#undo.get(key);
    this.#undo.delete(key);
    undo?.();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), 2000).unref();
  }

  #sendMessage(message: ServerMessage): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > GONE_BYTES) this.#socket.terminate();
    else this.#socket.send(JSON.stringify(message));
  }

  #received(data: RawData, isBinary: boolean): void {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    if (!this.#flood.allowsMessage(bytes.length)) {
      this.close(CLOSE.policy, 'Too many messages.');
      return;
    }
    try {
      if (isBinary) this.#typed(bytes);
      else this.#message(parseMessage(bytes));
    } catch (fault) {
      this.#complain(fault);
    }
  }

  #message(message: ClientMessage): void {
    if (message.type === 'hello') this.#hello(message);
    else if (message.type === 'ping') this.#sendMessage({ type: 'pong', sentAtMs: message.sentAtMs });
    else if (this.#tabId === undefined)
      throw new Refusal('bad-message', 'The first message of a tab is hello.');
    else if (message.type === 'request') this.#request(message);
    else this.#aboutTerminal(message);
  }

  #hello({ protocol, tabId }: ClientMessage & { type: 'hello' }): void {
    if (protocol !== PROTOCOL_VERSION) {
      this.close(CLOSE.otherProtocol, 'This page is of another version than the server. Load it again.');
      return;
    }
    this.#tabId = tabId;
    this.#context.arrived(this);
    const { personId, name, role } = this.person;
    const { bootId } = this.#context;
    const sandbox = this.#context.sandboxStatus();
    this.#sendMessage({ type: 'welcome', protocol, bootId, person: { personId, name, role }, sandbox });
  }

  /** Handlers start in the order of the requests and may take their time; replies keep the order. */
  #request({ requestId, method, params }: ClientMessage & { type: 'request' }): void {
    const answer = this.#answer(() => handleRequest(this.#context.handlers, this, method, params));
    this.#replies = this.#replies.then(async () => {
      const outcome = await answer;
      this.#unanswered--;
      const head = { requestId };
      this.#sendMessage(
        'error' in outcome
          ? { type: 'failed', ...head, error: outcome.error }
          : { type: 'reply', ...head, result: outcome.result },
      );
    });
  }

  async #answer(work: () => Promise<unknown>) {
    try {
      if (++this.#unanswered > MAX_UNANSWERED) {
        throw new Refusal(
          'too-many',
          `More than ${MAX_UNANSWERED} requests of this tab are waiting. Wait for answers.`,
        );
      }
      if (!this.#flood.allowsRequest())
        throw new Refusal('too-many', 'This tab asks for more than anybody can read. Wait a moment.');
      return { result: await work() };
    } catch (fault) {
      return { error: protocolErrorOf(refusalOfParams(fault)) };
    }
  }

  #aboutTerminal(message: ClientMessage & { type: 'terminal.ack' | 'terminal.resize' }): void {
    const { terminals } = this.#context.services;
    if (message.type === 'terminal.ack') {
      terminals.readable(message.terminalId, this.person).drawn(this.connectionId, message.offset);
    } else {
      const { cols, rows } = message;
      terminals.own(message.terminalId, this.person).terminal.resize({ cols, rows });
    }
  }

  #typed(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (frame?.kind !== 'input' || this.#tabId === undefined) {
      throw new Refusal('bad-message', 'This binary message is no terminal input.');
    }
    const { terminals, typed } = this.#context.services;
    const { terminal } = terminals.own(frame.terminalId, this.person);
    const fresh = typed.take(this.tab, frame.terminalId, frame.offset, frame.payload);
    if (fresh.length > 0) terminal.type(fresh);
  }

  #complain(fault: unknown): void {
    if (this.#flood.allowsComplaint())
      this.#sendMessage({ type: 'complaint', error: protocolErrorOf(fault) });
    else this.close(CLOSE.policy, 'Too many messages that are none.');
  }

  #ended(): void {
    for (const undo of this.#undo.values()) undo();
    this.#undo.clear();
    this.#context.left(this);
  }
}
