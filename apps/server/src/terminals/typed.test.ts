// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TypedInput } from './typed.ts';

test('however a tab cuts and repeats what it typed, each byte is taken once and in order', () => {
  const stream = Buffer.from('every keystroke counts exactly once');
  const resends = fc.array(fc.tuple(fc.nat(stream.length), fc.nat(10)), { maxLength: 30 });
  fc.assert(
    fc.property(resends, (cuts) => {
      const typed = new TypedInput();
      const taken: Uint8Array[] = [];
      const send = (from: number, to: number) =>
        taken.push(typed.take('tab', 1, from, stream.subarray(from, to)));
      let sent = 0;
      for (const [from, length] of cuts) {
        const start = Math.min(from, sent);
        send(start, start + length);
        sent = Math.max(sent, Math.min(start + length, stream.length));
      }
      send(sent, stream.length);
      expect(Buffer.concat(taken).toString()).toBe(stream.toString());
    }),
  );
});

test('tabs and terminals have streams of their own', () => {
  const typed = new TypedInput();
  typed.take('a', 1, 0, Buffer.from('xyz'));
  expect([typed.taken('a', 1), typed.taken('a', 2), typed.taken('b', 1)]).toEqual([3, 0, 0]);
});
