// SPDX-License-Identifier: BSD-2-Clause
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { run } from '../run.ts';

/** How a payload begins, and what unpacks it. */
const PACKERS: readonly (readonly [magic: string, program: string])[] = [
  ['02214c18', 'lz4 -dc'],
  ['fd377a58', 'xz -dc --single-stream'],
  ['28b52ffd', 'zstd -dcq'],
  ['1f8b08', 'gzip -dc'],
];

/**
 * The kernel inside a bzImage, as the ELF file that QEMU starts directly (PVH): under emulation a kernel that unpacks
 * itself takes longer than everything after it. Offsets: Documentation/x86/boot.rst, protocol 2.08.
 */
export async function unpackKernel(bzImage: string, to: string): Promise<void> {
  const payload = payloadOf(await readFile(bzImage));
  const magic = payload.subarray(0, 4).toString('hex');
  const program = PACKERS.find(([start]) => magic.startsWith(start))?.[1];
  if (program === undefined) throw new Stop(`${bzImage} is packed in a way that is not known (${magic}).`);
  const folder = await mkdtemp(join(tmpdir(), 'ringlab-kernel-'));
  try {
    await writeFile(join(folder, 'payload'), payload);
    // Behind the packed kernel comes its length, which unpackers take for garbage: what counts is the ELF file.
    await run(['sh', '-c', `${program} < "$0" > "$1" || :`, join(folder, 'payload'), to]);
  } finally {
    await rm(folder, { recursive: true });
  }
  const start = (await readFile(to)).subarray(0, 4).toString('latin1');
  if (start !== '\x7fELF') throw new Stop(`${program} found no kernel in ${bzImage}.`);
}

/** From the header of Linux's boot protocol. */
function payloadOf(image: Buffer): Buffer {
  const setupSectors = image.readUInt8(0x1f1) || 4;
  const start = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
  return image.subarray(start, start + image.readUInt32LE(0x24c));
}
