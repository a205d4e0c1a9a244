// SPDX-License-Identifier: BSD-2-Clause
import { toHex } from '@ringlab/netmap-bindings/layout';
import { describeFrame } from './describe.ts';
import { failed, passed, type Verdict } from './verdict.ts';

/** Which hint fits which difference. */
export interface FrameHints {
  /** A frame that should have come did not. */
  readonly missing: string;
  /** A frame came that should not have. */
  readonly extra: string;
  /** A frame came, but not as it was sent. */
  readonly changed: string;
  readonly twice: string;
  readonly order: string;
}

/** Whether exactly these frames came, in this order; the first difference in words, with the bytes where bytes differ. */
export function compareFrames(
  expected: readonly Uint8Array[],
  actual: readonly Uint8Array[],
  hints: FrameHints,
): Verdict {
  const missing = without(expected, actual);
  const extra = without(actual, expected);
  const [lost] = missing;
  const [surplus] = extra;
  if (lost !== undefined && surplus !== undefined)
    return differing(lost, closest(lost, extra), hints, expected);
  const count = `${actual.length} of ${expected.length}`;
  if (lost !== undefined) {
    return failed(
      `${count} frames came; missing ${missing.length}, the first of them ${describeFrame(lost)}.`,
      hints.missing,
    );
  }
  if (surplus !== undefined) return surplusFrame(surplus, extra.length, expected, hints);
  return inOrder(expected, actual, hints);
}

/** What `frames` has and `others` does not, counting each frame as often as it is there. */
function without(frames: readonly Uint8Array[], others: readonly Uint8Array[]): Uint8Array[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(toHex(other), (left.get(toHex(other)) ?? 0) + 1);
  return frames.filter((frame) => {
    const count = left.get(toHex(frame)) ?? 0;
    left.set(toHex(frame), count - 1);
    return count <= 0;
  });
}

/** The frame with the most equal bytes at equal places: most likely what became of it. */
function closest(frame: Uint8Array, candidates: readonly Uint8Array[]): Uint8Array {
  const equal = (other: Uint8Array) => other.reduce((sum, byte, at) => sum + Number(byte === frame[at]), 0);
  return candidates.reduce((best, other) => (equal(other) > equal(best) ? other : best));
}

function differing(
  lost: Uint8Array,
  came: Uint8Array,
  hints: FrameHints,
  expected: readonly Uint8Array[],
): Verdict {
  const known = expected.some((frame) => toHex(frame) === toHex(came));
  if (known)
    return failed(
      `${describeFrame(came)} came more than once, and ${describeFrame(lost)} never.`,
      hints.twice,
    );
  return failed(`In place of ${describeFrame(lost)} came ${describeFrame(came)}.`, hints.changed, {
    packets: { expectedHex: toHex(lost), actualHex: toHex(came) },
  });
}

function surplusFrame(
  frame: Uint8Array,
  count: number,
  expected: readonly Uint8Array[],
  hints: FrameHints,
): Verdict {
  const known = expected.some((other) => toHex(other) === toHex(frame));
  if (known) return failed(`${describeFrame(frame)} came more than once.`, hints.twice);
  return failed(`${count} frames too many came, the first of them ${describeFrame(frame)}.`, hints.extra);
}

function inOrder(expected: readonly Uint8Array[], actual: readonly Uint8Array[], hints: FrameHints): Verdict {
  const at = expected.findIndex((frame, index) => toHex(frame) !== toHex(actual[index] ?? new Uint8Array(0)));
  if (at < 0) return passed;
  return failed(
    `All frames came, but not in the order they were sent: frame ${at + 1} is another one.`,
    hints.order,
  );
}
