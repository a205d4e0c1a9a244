// SPDX-License-Identifier: BSD-2-Clause
// The other end of a pipe maps the same memory, and may write anything there at any time.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DEVICE_STRUCTURES, encodeStructure } from '@ringlab/netmap-bindings/layout';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { NetmapError, NetmapPort } from '../index.ts';
import type { Registration } from './registration.ts';
import { ImpossibleRing } from './ring.ts';
import { ringsOf } from './rings-of.ts';

const region = mkdtempSync(join('/dev/shm', 'bindings-hostile-'));
afterAll(() => rmSync(region, { recursive: true, force: true }));

/** Where interfaces, rings and slots lie, and a little of the buffers. */
const SCRIBBLED_BYTES = 600_000;
const word = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.constantFrom(0, 1, 15, 16, 1023, 2 ** 31, 2 ** 32 - 1),
);
const scribbles = fc.array(fc.tuple(fc.nat(SCRIBBLED_BYTES / 4 - 1), word), {
  minLength: 1,
  maxLength: 4000,
});

/** What a program may do; only errors in words may come of it. */
function use(port: NetmapPort): void {
  try {
    for (let i = 0; i < 40; i++) port.inject(new Uint8Array(60));
    port.inject(new Uint8Array(5000));
    port.txSync();
    port.rxSync();
    expect(port.extraBuffers.length).toBeLessThan(4);
    for (const ring of [...port.txRings, ...port.rxRings]) {
      for (let i = 0; i < ring.slotCount; i++) ring.slot(i).bytes.fill(1);
      expect(ring.space).toBeLessThan(ring.slotCount);
    }
  } catch (error) {
    if (!(error instanceof NetmapError)) throw error;
  }
}

/** One batch, and everything in it. */
async function read(port: NetmapPort): Promise<void> {
  const batches = port.batches(AbortSignal.timeout(1));
  const { value } = await batches.next().catch(() => ({ value: undefined }));
  for (const frame of value ?? []) expect(frame.byteLength).toBeLessThanOrEqual(port.memory.byteLength);
  await batches.return(undefined).catch(() => undefined);
}

test('a hostile peer can spoil its own packets, and nothing else', async () => {
  let id = 0;
  const property = fc.asyncProperty(scribbles, async (changes) => {
    const options = { region, txSlots: 64, rxSlots: 64, extraBuffers: 3 };
    await using victim = await NetmapPort.open(`netmap:h${++id}{1`, options);
    await using attacker = await NetmapPort.open(`netmap:h${id}}1`, options);
    const memory = new Uint32Array(attacker.memory, 0, SCRIBBLED_BYTES / 4);
    await attacker.send(Array(20).fill(new Uint8Array(60)));
    victim.rxSync();
    for (const [at, value] of changes) memory[at] = value;
    use(victim);
    await read(victim);
  });
  await fc.assert(property, { numRuns: 40 });
}, 60_000);

test('memory that is no port is refused, whatever it holds', () => {
  const bytes = fc.uint8Array({ minLength: 1024, maxLength: 4096 });
  const reply = fc.record({
    offset: fc.nat(5000),
    mode: fc.nat(9),
    ring: fc.nat(20),
    flags: fc.nat(2 ** 17),
  });
  const rings = fc.record({ tx: fc.nat(2000), rx: fc.nat(3), ofs: fc.array(fc.nat(5000), { maxLength: 8 }) });
  const property = fc.property(
    bytes,
    reply,
    rings,
    (contents, { offset, mode, ring, flags }, { tx, rx, ofs }) => {
      const memory = new Uint8Array(contents);
      const nifp = encodeStructure(DEVICE_STRUCTURES.netmap_if, { ni_tx_rings: tx, ni_rx_rings: rx });
      const whole = new Uint8Array([...nifp, ...new Uint8Array(new BigInt64Array(ofs.map(BigInt)).buffer)]);
      memory.set(
        whole.subarray(0, Math.max(0, memory.byteLength - offset)),
        Math.min(offset, memory.byteLength),
      );
      const registration = {
        nr_offset: BigInt(offset),
        nr_mode: mode,
        nr_ringid: ring,
        nr_flags: BigInt(flags),
      };
      try {
        ringsOf(memory.buffer, registration as Registration);
      } catch (error) {
        if (!(error instanceof ImpossibleRing) && !(error instanceof RangeError)) throw error;
      }
    },
  );
  fc.assert(property, { numRuns: 500 });
});
