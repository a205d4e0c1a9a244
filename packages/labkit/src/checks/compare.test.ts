// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareFrames } from './compare.ts';

const HINTS = { missing: 'missing', extra: 'extra', changed: 'changed', twice: 'twice', order: 'order' };
const frame = fc.uint8Array({ minLength: 14, maxLength: 40 });
const frames = fc.uniqueArray(frame, { minLength: 2, maxLength: 10, selector: String });

function hint(expected: readonly Uint8Array[], actual: readonly Uint8Array[]): string | undefined {
  const verdict = compareFrames(expected, actual, HINTS);
  return verdict.passed ? undefined : verdict.hint;
}

describe('comparing frames', () => {
  test('the same frames pass', () => {
    fc.assert(fc.property(frames, (all) => void expect(hint(all, all)).toBeUndefined()));
  });

  test('each difference has its hint', () => {
    fc.assert(
      fc.property(frames, (all) => {
        const [first, ...rest] = all;
        if (first === undefined) return;
        expect(hint(all, rest)).toBe('missing');
        expect(hint(rest, all)).toBe('extra');
        expect(hint(all, [...all, first])).toBe('twice');
        expect(hint(all, [...rest, first])).toBe('order');
        const changed = first.map((byte, at) => (at === 13 ? byte ^ 1 : byte));
        if (all.every((other) => String(other) !== String(changed)))
          expect(hint(all, [changed, ...rest])).toBe('changed');
      }),
    );
  });

  test('a changed frame is shown byte for byte beside the right one', () => {
    const verdict = compareFrames([new Uint8Array(14)], [new Uint8Array(14).fill(1)], HINTS);
    expect(verdict).toMatchObject({ packets: { expectedHex: '00'.repeat(14), actualHex: '01'.repeat(14) } });
  });
});
