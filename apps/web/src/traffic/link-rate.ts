// SPDX-License-Identifier: BSD-2-Clause
import type { RateSample, TopologyLink } from '@ringlab/protocol';

/** What crosses one link of a topology right now. */
export interface LinkRate {
  readonly pps: number;
  readonly bps: number;
  /** Packets per second that found the port's receive ring full. */
  readonly dropPps: number;
}

/** Undefined when nobody has the link's port open: that is not the same as a port without traffic. */
export function linkRate(sample: RateSample, link: TopologyLink): LinkRate | undefined {
  return sample.ports.find((port) => port.port === link.port)?.[link.direction];
}

/** Undefined for no rates at all. */
export function averageRate(rates: readonly LinkRate[]): LinkRate | undefined {
  if (rates.length === 0) return undefined;
  const mean = (value: (rate: LinkRate) => number) =>
    rates.reduce((sum, rate) => sum + value(rate), 0) / rates.length;
  return {
    pps: mean(({ pps }) => pps),
    bps: mean(({ bps }) => bps),
    dropPps: mean(({ dropPps }) => dropPps),
  };
}

/** How many readings a number that people read is the mean of: at ten a second, single ones can't be read. */
export const READABLE_READINGS = 5;
