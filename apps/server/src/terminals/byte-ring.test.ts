// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteRing } from './byte-ring.ts';

test('whatever the chunks, the ring holds the end of the stream', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 90_000 }), { maxLength: 12 });
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 70_000 }), (list, capacityBytes) => {
      const ring = new ByteRing(capacityBytes);
      for (const chunk of list) ring.append(chunk);
      const stream = Buffer.concat(list);
      expect(ring.end).toBe(stream.length);
      expect(ring.end - ring.start).toBe(Math.min(stream.length, capacityBytes));
      expect(ring.slice(ring.start, ring.end).equals(stream.subarray(ring.start))).toBe(true);
    }),
  );
});
