// SPDX-License-Identifier: BSD-2-Clause
import type { RingState } from '@ringlab/protocol';
import { describe, expect, it } from 'vitest';
import { arcPath, onCircle, ringArcs } from './ring-arcs.ts';

const ring = (state: Partial<RingState>): RingState => ({
  dir: 'rx',
  ring: 0,
  slots: 1024,
  head: 0,
  cur: 0,
  tail: 0,
  hwcur: 0,
  hwtail: 0,
  ...state,
});

describe('ringArcs', () => {
  it('gives a fresh transmit ring to the program, but for one slot', () => {
    const arcs = ringArcs(ring({ dir: 'tx', tail: 1023 }));
    expect(arcs.owned).toEqual({ from: 0, slots: 1023 });
    expect(arcs.released).toEqual({ from: 1023, slots: 1 });
    expect(arcs.packets.slots).toBe(0);
  });

  it('gives an empty receive ring to netmap', () => {
    const arcs = ringArcs(ring({ head: 7, cur: 7, tail: 7 }));
    expect(arcs.owned.slots).toBe(0);
    expect(arcs.released).toEqual({ from: 7, slots: 1024 });
  });

  it('counts over the end of the ring', () => {
    const arcs = ringArcs(ring({ head: 1000, tail: 10 }));
    expect(arcs.owned).toEqual({ from: 1000, slots: 34 });
    expect(arcs.packets).toEqual(arcs.owned);
    expect(arcs.released.slots).toBe(990);
  });

  it('sees released packets that were not sent yet', () => {
    expect(ringArcs(ring({ dir: 'tx', hwcur: 1020, head: 4, tail: 1019 })).packets).toEqual({
      from: 1020,
      slots: 8,
    });
  });
});

describe('arcPath', () => {
  it('starts at the top and goes clockwise', () => {
    expect(arcPath(50, { from: 0, slots: 256 }, 1024)).toBe('M0.00 -50.00 A50 50 0 0 1 50.00 0.00');
    expect(onCircle(10, 90)).toEqual({ x: 10, y: expect.closeTo(0) });
  });

  it('takes the long way for more than half, draws a full ring in two, and nothing for nothing', () => {
    expect(arcPath(50, { from: 0, slots: 768 }, 1024)).toContain(' 0 1 1 ');
    expect(arcPath(50, { from: 5, slots: 1024 }, 1024).match(/A/g)).toHaveLength(2);
    expect(arcPath(50, { from: 5, slots: 0 }, 1024)).toBe('');
  });
});
