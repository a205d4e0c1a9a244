// SPDX-License-Identifier: BSD-2-Clause
// What a registration leaves in memory.
import { frame, moveTo, slots as slotsOf } from '../../src/port/testing/frames.ts';
import { linkOf, Port, setLink } from '../port.ts';
import type { Cases } from './case.ts';

const shapeOf = ({ reply: r }: Port) => [r.nr_tx_slots, r.nr_rx_slots, r.nr_tx_rings, r.nr_rx_rings];

function pipeOfShape([tx_slots, rx_slots, tx_rings, rx_rings]: readonly [number, number, number, number]) {
  const wanted = {
    nr_tx_slots: tx_slots,
    nr_rx_slots: rx_slots,
    nr_tx_rings: tx_rings,
    nr_rx_rings: rx_rings,
  };
  const master = Port.register('pcg{1', wanted);
  if (typeof master === 'string') return master;
  const slave = Port.register('pcg}1');
  const got = typeof slave === 'string' ? [-1] : [0, ...shapeOf(slave)];
  if (typeof slave !== 'string') slave.close();
  master.close();
  return [...shapeOf(master), ...got];
}

export const memory: Cases = {
  'default.pipe.custom-geometry': () => {
    const wanted = [
      [256, 256, 0, 0],
      [512, 128, 0, 0],
      [0, 0, 2, 2],
      [0, 0, 3, 1],
      [64, 64, 2, 2],
    ] as const;
    return Object.fromEntries(wanted.map((shape) => [shape.join('_'), pipeOfShape(shape)]));
  },
  'default.slots.initial': () => {
    const p = Port.open('vale0:si');
    const { tx, rx } = p;
    const all = [...slotsOf(tx, tx.slotCount, (slot) => slot), ...slotsOf(rx, rx.slotCount, (slot) => slot)];
    const buffers = all.map(({ bufferIndex }) => bufferIndex);
    const or = (numbers: readonly number[]) => numbers.reduce((bits, number) => bits | number, 0);
    return {
      all_ge_2: buffers.every((index) => index >= 2) ? 1 : 0,
      dups: buffers.length - new Set(buffers).size,
      flags_or: or(all.map(({ flags }) => flags)),
      tx_len_or: or(slotsOf(tx, tx.slotCount, ({ length }) => length)),
      ptr_or: or([...p.raw(0).slots, ...p.raw(2).slots].map(({ ptr }) => Number(ptr))),
      rx0_len: rx.slot(0).length,
      all_inside_mapping: buffers.every((index) => tx.buffer(index).byteLength === tx.bufferBytes) ? 1 : 0,
    };
  },
  'default.ring-offsets': () => {
    const p = Port.open('vale0:ro');
    const offsets = p.ringOffsets;
    const { nifp, tx, rx } = p;
    const isNonzero = (at: number) => (offsets[at] === 0 ? 0 : 1);
    const startOf = (ring: typeof tx) => ring.buffer(0).byteOffset;
    const { at, slots } = p.raw(0);
    const slotAt = (index: number) => slots[index]?.at ?? 0;
    const { bufferIndex, buffer } = tx.slot(5);
    return {
      ofs0_nonzero: isNonzero(0),
      ofs1_nonzero: isNonzero(1),
      ofs2_nonzero: isNonzero(2),
      ofs3_nonzero: isNonzero(3),
      tx_is_ofs0: tx === p.txRings[0] ? 1 : 0,
      rx_is_ofs_tx_plus_host: isNonzero(nifp.ni_tx_rings + nifp.ni_host_tx_rings),
      slot0_offset_in_ring: slotAt(0) - at,
      slot_size: slotAt(1) - slotAt(0),
      txring1_valid: isNonzero(1),
      idx_roundtrip: (buffer.byteOffset - startOf(tx)) / tx.bufferBytes === bufferIndex ? 1 : 0,
      tx_rx_same_buffer_base: startOf(tx) === startOf(rx) ? 1 : 0,
      ring_next_wrap: tx.next(tx.slotCount - 1),
      buf_page_aligned: startOf(tx) % 2048 === 0 ? 1 : 0,
    };
  },
  'pipe.send-extra-buffer': () => {
    const a = Port.open('px{1', { nr_extra_bufs: 2 });
    const b = Port.open('px}1');
    const first = a.nifp.ni_bufs_head;
    const second = linkOf(a.tx, first);
    a.tx.buffer(first).set(frame(2, 1, 42));
    const slot = a.tx.slot(0);
    const old = slot.bufferIndex;
    slot.bufferIndex = first;
    slot.length = 60;
    slot.flags = 1;
    moveTo(a.tx, 1);
    a.setBufsHead(old);
    setLink(a.tx, old, second);
    a.txSync();
    const n = b.pending();
    const { bufferIndex, flags } = b.rx.slot(0);
    return { n, same_index: bufferIndex === first ? 1 : 0, rx_flag_changed: flags & 1, seq: b.take()[0] };
  },
};
