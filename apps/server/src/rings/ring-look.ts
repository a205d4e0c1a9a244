// SPDX-License-Identifier: BSD-2-Clause
import type { NmringHold, NmringLook, NmringRing } from '@ringlab/netmap-bindings/layout';
import type { RingHold, RingLook, RingsLook } from '@ringlab/protocol';

/** What nmring saw, in the protocol's words. */
export function ringsLookOf({ engine, rings, hold, fault }: NmringLook): RingsLook {
  return {
    known: engine !== 'netmap',
    rings: rings.map(ringLookOf),
    ...(hold && { hold: ringHoldOf(hold) }),
    ...(fault !== undefined && { fault }),
  };
}

function ringLookOf(ring: NmringRing): RingLook {
  const { port, dir, slots, head, cur, tail, hwcur, hwtail, packets, drops, syncs, runs } = ring;
  const [hex] = ring.frames ?? [];
  return {
    ...{ port, dir, ring: ring.ring, memoryId: ring.mem_id, slots },
    ...{ head, cur, tail, hwcur, hwtail, packets, drops, syncs, runs },
    ...(hex !== undefined && { frame: { slot: ring.first_frame ?? 0, hex } }),
  };
}

function ringHoldOf({ port, pace, call = '', phase = 'program', stops = 0 }: NmringHold): RingHold {
  return { port, perSecond: pace, call, phase, stops };
}
