// SPDX-License-Identifier: BSD-2-Clause
/**
 * Terminal bytes travel as binary WebSocket frames, 13 bytes of header and then the bytes:
 *
 *     0        1                    5                               13
 *     +--------+--------------------+-------------------------------+----- - - -
 *     | kind   | terminalId, u32 LE | offset, u64 LE                | payload
 *     +--------+--------------------+-------------------------------+----- - - -
 *
 * `output` (server to browser): the payload stands at `offset` in the stream of everything this terminal ever
 * printed. `screen` (server to browser): the reader was too far behind; the payload, when written to a reset
 * terminal, draws what a terminal that read everything up to `offset` shows, and the stream goes on from there.
 * `input` (browser to server): the payload stands at `offset` in the stream of everything this tab typed into this
 * terminal; the server drops what it already has, so a resend after a reconnect types nothing twice.
 */
export type FrameKind = 'output' | 'screen' | 'input';

export interface TerminalFrame {
  readonly kind: FrameKind;
  readonly terminalId: number;
  /** Bytes, in the stream that `kind` names. */
  readonly offset: number;
  readonly payload: Uint8Array;
}

const KINDS: readonly FrameKind[] = ['output', 'screen', 'input'];
const HEADER_BYTES = 13;

export function encodeFrame(frame: TerminalFrame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + frame.payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, KINDS.indexOf(frame.kind) + 1);
  view.setUint32(1, frame.terminalId, true);
  view.setBigUint64(5, BigInt(frame.offset), true);
  bytes.set(frame.payload, HEADER_BYTES);
  return bytes;
}

/** Returns undefined for bytes that are no frame: too short, an unknown kind, an offset beyond 2^53. */
export function decodeFrame(bytes: Uint8Array): TerminalFrame | undefined {
  if (bytes.byteLength < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = KINDS[view.getUint8(0) - 1];
  const offset = view.getBigUint64(5, true);
  if (kind === undefined || offset > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return {
    kind,
    terminalId: view.getUint32(1, true),
    offset: Number(offset),
    payload: bytes.subarray(HEADER_BYTES),
  };
}
