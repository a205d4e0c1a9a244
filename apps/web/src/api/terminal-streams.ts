// SPDX-License-Identifier: BSD-2-Clause
import type { ClientMessage, RequestParams, RequestResult, TerminalFrame } from '@ringlab/protocol';
import { InputLog } from './input-log.ts';
import type { TerminalOutput, TerminalStream } from './state.ts';

/** What a stream needs of the connection. */
export interface TerminalLink {
  attach(params: RequestParams<'terminal.attach'>): Promise<RequestResult<'terminal.attach'>>;
  detach(terminalId: number): void;
  send(message: ClientMessage): boolean;
  sendFrame(frame: TerminalFrame): boolean;
}

type OutputListener = (output: TerminalOutput, drawn: () => void) => void;

/** Small outputs are acknowledged together, after this long; large ones at once, after this much. */
const ACK_AFTER_MS = 50;
const ACK_AFTER_BYTES = 32 * 1024;

class Stream implements TerminalStream {
  readonly #terminalId: number;
  readonly #link: TerminalLink;
  readonly #closed: () => void;
  readonly #input = new InputLog();
  #listener: OutputListener | undefined;
  #state: 'detached' | 'attaching' | 'attached' = 'detached';
  #inputKnown = false;
  #nextOffset = 0;
  #shownOffset = 0;
  #drawnOffset = 0;
  #ackedOffset = 0;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #size: { cols: number; rows: number } | undefined;

  constructor(terminalId: number, link: TerminalLink, closed: () => void) {
    this.#terminalId = terminalId;
    this.#link = link;
    this.#closed = closed;
  }

  /** A new listener is told everything from the beginning. */
  onOutput(listener: OutputListener): () => void {
    this.#listener = listener;
    this.#nextOffset = 0;
    this.#drawnOffset = 0;
    this.#ackedOffset = 0;
    this.attach();
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /** Continues where the listener is; after a reconnect, too. */
  attach(): void {
    if (this.#listener === undefined) return;
    this.#state = 'attaching';
    const attaching = this.#link.attach({ terminalId: this.#terminalId, offset: this.#nextOffset });
    // Rejected when the terminal is gone, which the workspace's list of terminals says, or offline: then it comes again.
    attaching.then((attached) => this.#attachedAt(attached)).catch(() => this.lost());
  }

  lost(): void {
    this.#state = 'detached';
  }

  received({ kind, offset, payload }: TerminalFrame): void {
    const reset = kind === 'screen' || (this.#nextOffset === 0 && offset === 0);
    const skipped = reset ? 0 : this.#nextOffset - offset;
    if (skipped < 0) this.#bytesMissing();
    if (skipped < 0 || skipped > payload.byteLength || this.#listener === undefined) return;
    const end = kind === 'screen' ? offset : offset + payload.byteLength;
    this.#nextOffset = end;
    const bytes = payload.subarray(skipped);
    const replayedBytes = kind === 'screen' ? bytes.byteLength : this.#shownOffset - (end - bytes.byteLength);
    this.#deliver(bytes, reset, end, Math.max(0, Math.min(replayedBytes, bytes.byteLength)));
  }

  /** Bytes that were shown before and new ones go apart: a program's questions are answered in the new ones only. */
  #deliver(bytes: Uint8Array, reset: boolean, end: number, replayedBytes: number): void {
    const fresh = bytes.subarray(replayedBytes);
    const drawn = () => this.#drawn(end);
    if (replayedBytes > 0) {
      const allDrawn = fresh.byteLength === 0 ? drawn : () => {};
      this.#listener?.({ bytes: bytes.subarray(0, replayedBytes), reset, replayed: true }, allDrawn);
    }
    if (replayedBytes === 0 || fresh.byteLength > 0)
      this.#listener?.({ bytes: fresh, reset: reset && replayedBytes === 0, replayed: false }, drawn);
  }

  write(bytes: Uint8Array): void {
    const offset = this.#input.append(bytes);
    if (this.#state === 'attached') this.#sendInput(offset, bytes);
  }

  resize(cols: number, rows: number): void {
    this.#size = { cols, rows };
    this.#link.send({ type: 'terminal.resize', terminalId: this.#terminalId, cols, rows });
  }

  close(): void {
    clearTimeout(this.#ackTimer);
    this.#listener = undefined;
    this.#link.detach(this.#terminalId);
    this.#closed();
  }

  #attachedAt({ inputOffset, shownOffset }: RequestResult<'terminal.attach'>): void {
    this.#shownOffset = shownOffset;
    if (!this.#inputKnown) this.#input.rebase(inputOffset);
    this.#inputKnown = true;
    this.#state = 'attached';
    const { offset, bytes } = this.#input.missingFrom(inputOffset);
    if (bytes.byteLength > 0) this.#sendInput(offset, bytes);
    if (this.#size !== undefined) this.resize(this.#size.cols, this.#size.rows);
  }

  #bytesMissing(): void {
    if (this.#state === 'attached') this.attach();
  }

  #sendInput(offset: number, payload: Uint8Array): void {
    this.#link.sendFrame({ kind: 'input', terminalId: this.#terminalId, offset, payload });
  }

  #drawn(offset: number): void {
    this.#drawnOffset = Math.max(this.#drawnOffset, offset);
    if (this.#drawnOffset - this.#ackedOffset >= ACK_AFTER_BYTES) this.#ack();
    else this.#ackTimer ??= setTimeout(() => this.#ack(), ACK_AFTER_MS);
  }

  #ack(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    this.#ackedOffset = this.#drawnOffset;
    this.#link.send({ type: 'terminal.ack', terminalId: this.#terminalId, offset: this.#drawnOffset });
  }
}

/** The streams of all terminals that this tab shows. */
export class TerminalStreams {
  readonly #link: TerminalLink;
  readonly #streams = new Map<number, Stream>();

  constructor(link: TerminalLink) {
    this.#link = link;
  }

  stream(terminalId: number): TerminalStream {
    const known = this.#streams.get(terminalId);
    if (known !== undefined) return known;
    const created: Stream = new Stream(terminalId, this.#link, () => this.#forget(terminalId, created));
    this.#streams.set(terminalId, created);
    return created;
  }

  received(frame: TerminalFrame): void {
    this.#streams.get(frame.terminalId)?.received(frame);
  }

  connectionLost(): void {
    for (const stream of this.#streams.values()) stream.lost();
  }

  connectionBack(): void {
    for (const stream of this.#streams.values()) stream.attach();
  }

  /** The server was restarted: its terminals have new numbers, or old numbers and a new life. */
  forgetAll(): void {
    this.#streams.clear();
  }

  #forget(terminalId: number, stream: Stream): void {
    if (this.#streams.get(terminalId) === stream) this.#streams.delete(terminalId);
  }
}
