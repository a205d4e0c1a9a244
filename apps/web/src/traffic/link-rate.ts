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
