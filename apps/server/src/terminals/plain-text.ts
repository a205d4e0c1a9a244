// SPDX-License-Identifier: BSD-2-Clause

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const TAB = 0x09;
const DELETE = 0x7f;
/** Begins, in UTF-8, what may be a C1 control character. */
const C1_LEAD = 0xc2;

/** Bytes that can change a terminal's state otherwise than by writing characters and going to the next line. */
function isControl(byte: number): boolean {
  if (byte < 0x20) return byte !== LINE_FEED && byte !== CARRIAGE_RETURN && byte !== TAB;
  return byte === DELETE || byte === C1_LEAD;
}
const LINE_END = '\r\n';

export interface SkippableRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The bytes of `stream` that a terminal need not read to show, after the rest, what it would show after all: whole
 * lines of plain text that `keptLines` (the screen and all lines above it) more lines of plain text push out. Undefined when
 * there are none worth it. What stays after `to` begins with those lines, so that the next call may skip them in turn.
 */
export function skippableRange(stream: Buffer, keptLines: number): SkippableRange | undefined {
  const from = lineStart(stream, afterLastControl(stream));
  if (from === undefined) return undefined;
  const to = startOfLastLines(stream, keptLines);
  return to !== undefined && to > from ? { from, to } : undefined;
}

function afterLastControl(stream: Buffer): number {
  let position = stream.length;
  while (position > 0 && !isControl(stream[position - 1] ?? 0)) position--;
  return position;
}

/** Where the first line begins that follows `position`. */
function lineStart(stream: Buffer, position: number): number | undefined {
  const end = stream.indexOf(LINE_END, position);
  return end < 0 ? undefined : end + LINE_END.length;
}

function startOfLastLines(stream: Buffer, lines: number): number | undefined {
  let position = stream.lastIndexOf(LINE_END);
  for (let line = 0; line < lines && position > 0; line++)
    position = stream.lastIndexOf(LINE_END, position - 1);
  return position > 0 ? position + LINE_END.length : undefined;
}
