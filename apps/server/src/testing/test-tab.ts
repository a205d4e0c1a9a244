// SPDX-License-Identifier: BSD-2-Clause
import {
  decodeFrame,
  encodeFrame,
  PROTOCOL_VERSION,
  type ProtocolError,
  type RequestMethod,
  type RequestParams,
  type RequestResult,
  type ServerMessage,
  serverMessage,
  type TerminalFrame,
} from '@ringlab/protocol';
import { WebSocket } from 'ws';

export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly error: ProtocolError;

  constructor(error: ProtocolError) {
    super(`${error.code}: ${error.message}`);
    this.error = error;
  }
}

type MessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

export interface TabOptions {
  readonly origin: string;
  readonly cookie: string;
  readonly tabId?: string;
  /** Acknowledges output as it comes; a tab that does not is one that draws nothing. */
  readonly draws?: boolean;
}

/** A tab of a browser without the browser: speaks the protocol over a real socket and keeps all that came. */
export class TestTab implements Disposable {
  readonly messages: ServerMessage[] = [];
  readonly frames: TerminalFrame[] = [];
  readonly socket: WebSocket;
  closed: { readonly code: number } | undefined;
  readonly #draws: boolean;
  readonly #listeners = new Set<() => void>();
  readonly #typedBytes = new Map<number, number>();
  #lastRequestId = 0;

  private constructor(socket: WebSocket, draws: boolean) {
    this.socket = socket;
    this.#draws = draws;
    socket.on('message', (data, isBinary) => this.#received(data as Buffer, isBinary));
    socket.on('close', (code) => {
      this.closed = { code };
      this.#changed();
    });
    socket.on('error', () => undefined);
  }

  /** Resolves after the server's welcome; rejects when it lets nobody in. */
  static async open(options: TabOptions): Promise<TestTab> {
    const tab = TestTab.connect(options);
    await new Promise((resolve, reject) => tab.socket.once('open', resolve).once('error', reject));
    tab.sendText({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      tabId: options.tabId ?? crypto.randomUUID(),
    });
    await tab.message('welcome');
    return tab;
  }

  static connect({ origin, cookie, draws = true }: TabOptions): TestTab {
    const url = `${origin.replace('http', 'ws')}/ws`;
    return new TestTab(new WebSocket(url, { origin, headers: { cookie } }), draws);
  }

  sendText(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async request<M extends RequestMethod>(method: M, params: RequestParams<M>): Promise<RequestResult<M>> {
    const requestId = ++this.#lastRequestId;
    this.sendText({ type: 'request', requestId, method, params });
    const answer = await this.until(
      () =>
        this.messages.find((message) => 'requestId' in message && message.requestId === requestId) as
          | MessageOf<'reply' | 'failed'>
          | undefined,
      `the answer to ${method}`,
    );
    if (answer.type === 'failed') throw new RequestFailed(answer.error);
    return answer.result as RequestResult<M>;
  }

  /** The first message of this type, since `from`, for which `fits` holds: that came already, or comes. */
  message<T extends ServerMessage['type']>(
    type: T,
    fits: (message: MessageOf<T>) => boolean = () => true,
    timeoutMs = 10_000,
  ): Promise<MessageOf<T>> {
    const find = () =>
      this.messages.find(
        (message): message is MessageOf<T> => message.type === type && fits(message as MessageOf<T>),
      );
    return this.until(find, `a message of type ${type}`, timeoutMs);
  }

  /** What came of this terminal's stream, from the last screen or from the first byte sent. */
  output(terminalId: number): Buffer {
    const frames = this.frames.filter((frame) => frame.terminalId === terminalId && frame.kind !== 'input');
    const screen = frames.findLastIndex(({ kind }) => kind === 'screen');
    return Buffer.concat(frames.slice(Math.max(0, screen)).map(({ payload }) => payload));
  }

  /** Resolves when the terminal's output holds `text`. */
  printed(terminalId: number, text: string, timeoutMs = 10_000): Promise<true> {
    const find = () => (this.output(terminalId).includes(text) ? (true as const) : undefined);
    return this.until(find, `${JSON.stringify(text)} in terminal ${terminalId}`, timeoutMs);
  }

  type(terminalId: number, text: string): void {
    const payload = Buffer.from(text);
    const offset = this.#typedBytes.get(terminalId) ?? 0;
    this.#typedBytes.set(terminalId, offset + payload.length);
    this.socket.send(encodeFrame({ kind: 'input', terminalId, offset, payload }));
  }

  draw(terminalId: number, offset: number): void {
    this.sendText({ type: 'terminal.ack', terminalId, offset });
  }

  async until<T>(find: () => T | undefined, what: string, timeoutMs = 10_000): Promise<T> {
    const deadlineMs = performance.now() + timeoutMs;
    for (let found = find(); ; found = find()) {
      if (found !== undefined) return found;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new Error(`${what} did not come within ${timeoutMs} ms; ${this.#tail()}`);
      await this.#nextChange(leftMs);
    }
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }

  #tail(): string {
    const last = this.messages.slice(-3).map((message) => JSON.stringify(message).slice(0, 300));
    return `the last messages: ${last.join(' | ')}`;
  }

  #nextChange(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#listeners.add(done);
    });
  }

  #received(data: Buffer, isBinary: boolean): void {
    if (isBinary) this.#frame(data);
    else this.messages.push(serverMessage.parse(JSON.parse(data.toString())));
    this.#changed();
  }

  #frame(data: Buffer): void {
    const frame = decodeFrame(data);
    if (!frame) throw new Error('The server sent bytes that are no frame.');
    this.frames.push(frame);
    if (!this.#draws) return;
    const end = frame.kind === 'screen' ? frame.offset : frame.offset + frame.payload.length;
    this.draw(frame.terminalId, end);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
