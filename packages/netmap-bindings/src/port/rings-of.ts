// SPDX-License-Identifier: BSD-2-Clause
import { DEVICE_STRUCTURES, decodeStructure, NETMAP } from '@ringlab/netmap-bindings/layout';
import type { Registration } from './registration.ts';
import { ImpossibleRing, Ring } from './ring.ts';

const IF = DEVICE_STRUCTURES.netmap_if;
const MOST_RINGS = 1024;

export interface Rings {
  readonly tx: readonly Ring[];
  readonly rx: readonly Ring[];
}

/** The rings that a registration stands for. Throws ImpossibleRing where the memory makes no sense. */
export function ringsOf(memory: ArrayBuffer, reply: Registration): Rings {
  const at = Number(reply.nr_offset);
  if (at + IF.bytes > memory.byteLength) throw new ImpossibleRing(`There can be no interface at ${at}.`);
  const nifp = decodeStructure(IF, new Uint8Array(memory, at, IF.bytes));
  const txTotal = nifp.ni_tx_rings + nifp.ni_host_tx_rings;
  const rxTotal = nifp.ni_rx_rings + nifp.ni_host_rx_rings;
  if (txTotal > MOST_RINGS || rxTotal > MOST_RINGS || at % 8 !== 0)
    throw new ImpossibleRing(`A port cannot have ${txTotal} and ${rxTotal} rings.`);
  const offsets = new BigInt64Array(memory, at + IF.bytes, txTotal + rxTotal);
  const make = (direction: 'tx' | 'rx', first: number, own: number, host: number) =>
    chosen(reply, own, host)
      .map((index) => ({ index, offset: Number(offsets[first + index] ?? 0n) }))
      .filter(({ offset }) => offset !== 0)
      .map(({ index, offset }) => new Ring(memory, at + offset, direction, index));
  const wants = (other: number) => (Number(reply.nr_flags) & other) === 0;
  return {
    tx: wants(NETMAP.NR_RX_RINGS_ONLY) ? make('tx', 0, nifp.ni_tx_rings, nifp.ni_host_tx_rings) : [],
    rx: wants(NETMAP.NR_TX_RINGS_ONLY) ? make('rx', txTotal, nifp.ni_rx_rings, nifp.ni_host_rx_rings) : [],
  };
}

/** The numbers of the rings, of `own` towards the network and `host` behind them. */
function chosen(reply: Registration, own: number, host: number): number[] {
  const from = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
  switch (reply.nr_mode) {
    case NETMAP.NR_REG_SW:
      return from(own, host);
    case NETMAP.NR_REG_NIC_SW:
      return from(0, own + host);
    case NETMAP.NR_REG_ONE_NIC:
      return reply.nr_ringid < own ? [reply.nr_ringid] : [];
    case NETMAP.NR_REG_ONE_SW:
      return reply.nr_ringid < host ? [own + reply.nr_ringid] : [];
    default:
      return from(0, own);
  }
}
