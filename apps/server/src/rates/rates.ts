// SPDX-License-Identifier: BSD-2-Clause
import {
  countedPorts,
  type NmstatPort,
  type NmstatRing,
  type NmstatSample,
} from '@ringlab/netmap-bindings/layout';
import type { DirectionRate, PortRate, RingState } from '@ringlab/protocol';

type Counter = 'packets' | 'bytes' | 'drops' | 'syncs';

/**
 * Rates of every port of `now` over the time since `before`. A port that was not there before counts from zero, and so
 * does one whose counters went back: it was closed and opened again in between.
 */
export function ratesBetween(before: NmstatSample | undefined, now: NmstatSample): PortRate[] {
  const seconds = before ? (now.ts_us - before.ts_us) / 1e6 : 0;
  const earlier = (before?.ports ?? []).flatMap(countedPorts);
  return now.ports.flatMap((whole) =>
    countedPorts(whole).map((port) => {
      const same = earlier.find(({ name }) => name === port.name);
      const base = same && !wentBack(same, port) ? same : undefined;
      return {
        port: port.name,
        tx: directionRate('tx', base, port, seconds),
        rx: directionRate('rx', base, port, seconds),
        // The kernel's own interfaces and what programs tell have counters, and no rings to look into. Host rings are looked into as the device's.
        ...(port.name === whole.name && hasRings(port) && { rings: whole.rings.map(ringState) }),
      };
    }),
  );
}

const hasRings = ({ kind }: NmstatPort) => kind !== 'interface' && kind !== 'told';

const sum = (port: NmstatPort | undefined, dir: NmstatRing['dir'], counter: Counter): number =>
  (port?.rings ?? []).filter((ring) => ring.dir === dir).reduce((total, ring) => total + ring[counter], 0);

function wentBack(before: NmstatPort, now: NmstatPort): boolean {
  const directions = ['tx', 'rx'] as const;
  const counters = ['packets', 'bytes', 'syncs'] as const;
  return directions.some((dir) =>
    counters.some((counter) => sum(now, dir, counter) < sum(before, dir, counter)),
  );
}

function directionRate(
  dir: NmstatRing['dir'],
  before: NmstatPort | undefined,
  now: NmstatPort,
  seconds: number,
): DirectionRate {
  const perSecond = (counter: Counter) =>
    seconds > 0 ? (sum(now, dir, counter) - sum(before, dir, counter)) / seconds : 0;
  return {
    pps: perSecond('packets'),
    bps: perSecond('bytes') * 8,
    dropPps: perSecond('drops'),
    packets: sum(now, dir, 'packets'),
    syncsPerSecond: perSecond('syncs'),
  };
}

function ringState({ dir, ring, slots, head, cur, tail, hwcur, hwtail }: NmstatRing): RingState {
  return { dir, ring, slots, head, cur, tail, hwcur, hwtail };
}
