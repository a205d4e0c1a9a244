// SPDX-License-Identifier: BSD-2-Clause
import {
  DEVICE_STRUCTURES,
  type Decoded,
  encodeStructure,
  NETMAP,
  type PortName,
} from '@ringlab/netmap-bindings/layout';

/** What a port is asked to be. What is left out is netmap's to choose; a port that exists keeps what it has. */
export interface PortShape {
  readonly txRings?: number;
  readonly rxRings?: number;
  readonly txSlots?: number;
  readonly rxSlots?: number;
  readonly hostTxRings?: number;
  readonly hostRxRings?: number;
  readonly extraBuffers?: number;
  /** Refuse (false, the default) or take (true) a port whose frames begin with a virtio-net header. */
  readonly acceptVnetHeader?: boolean;
  /** False: waiting to read does not send what is pending. */
  readonly sendOnPoll?: boolean;
}

export type Registration = Decoded<typeof DEVICE_STRUCTURES.nmreq_register>;

const FLAG_BITS: Readonly<Record<string, number>> = {
  x: NETMAP.NR_EXCLUSIVE,
  z: NETMAP.NR_ZCOPY_MON,
  t: NETMAP.NR_MONITOR_TX,
  r: NETMAP.NR_MONITOR_RX,
  R: NETMAP.NR_RX_RINGS_ONLY,
  T: NETMAP.NR_TX_RINGS_ONLY,
};

const MODES: Readonly<Record<PortName['rings']['kind'], number>> = {
  all: NETMAP.NR_REG_ALL_NIC,
  one: NETMAP.NR_REG_ONE_NIC,
  'one-host': NETMAP.NR_REG_ONE_SW,
  host: NETMAP.NR_REG_SW,
  'all-and-host': NETMAP.NR_REG_NIC_SW,
};

/** The body of NETMAP_REQ_REGISTER for a name and the options beside it, which stand back behind those in the name. */
export function registration(name: PortName, options: PortShape): Uint8Array<ArrayBuffer> {
  const shape = { ...options, ...shapeOf(name.conf ?? {}) };
  return encodeStructure(DEVICE_STRUCTURES.nmreq_register, {
    nr_mode: MODES[name.rings.kind],
    nr_ringid: 'ring' in name.rings ? name.rings.ring : 0,
    nr_flags: BigInt(flagBits(name.flags, shape)),
    nr_mem_id: name.memoryId ?? 0,
    nr_tx_rings: shape.txRings ?? 0,
    nr_rx_rings: shape.rxRings ?? 0,
    nr_tx_slots: shape.txSlots ?? 0,
    nr_rx_slots: shape.rxSlots ?? 0,
    nr_host_tx_rings: shape.hostTxRings ?? 0,
    nr_host_rx_rings: shape.hostRxRings ?? 0,
    nr_extra_bufs: shape.extraBuffers ?? 0,
  });
}

/** libnetmap's words: `rings` is both directions. */
function shapeOf(conf: NonNullable<PortName['conf']>): PortShape {
  const pairs: readonly [keyof PortShape, number | undefined][] = [
    ['txRings', conf['tx-rings'] ?? conf.rings],
    ['rxRings', conf['rx-rings'] ?? conf.rings],
    ['txSlots', conf['tx-slots'] ?? conf.slots],
    ['rxSlots', conf['rx-slots'] ?? conf.slots],
    ['hostTxRings', conf['host-tx-rings'] ?? conf['host-rings']],
    ['hostRxRings', conf['host-rx-rings'] ?? conf['host-rings']],
  ];
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

function flagBits(letters: string, { acceptVnetHeader = false, sendOnPoll = true }: PortShape): number {
  const written = [...letters].reduce((bits, letter) => bits | (FLAG_BITS[letter] ?? 0), 0);
  return (
    written | (acceptVnetHeader ? NETMAP.NR_ACCEPT_VNET_HDR : 0) | (sendOnPoll ? 0 : NETMAP.NR_NO_TX_POLL)
  );
}
