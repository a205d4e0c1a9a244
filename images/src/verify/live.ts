// SPDX-License-Identifier: BSD-2-Clause
import { copyFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { Stop } from '../../../tools/prepare/stop.mjs';
import type { Image } from '../image/image.ts';
import { GIB } from '../recipe/recipe.ts';
import { startMachine } from './machine.ts';

/** Debian, Ringlab, a lab and a browser, all emulated, on a machine that does other things, too. */
const WHOLE_MS = 1_800_000;

const STICK_BYTES = 6 * GIB;
const UEFI = '/usr/share/ovmf/OVMF.fd';

/** In this order, from one stick: the second finds what the first kept. */
const STARTS = [
  { name: 'BIOS', firmware: [], finds: false },
  { name: 'UEFI', firmware: ['-bios', UEFI], finds: true },
] as const;

const report = z.object({
  isUp: z.boolean(),
  work: z.string(),
  found: z.boolean(),
  lab: z.boolean(),
  browser: z.boolean(),
});

/** Writes the image to a stick, starts a laptop from it by each firmware, and waits for what it says of itself. */
export async function verifyLive(image: Image): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ringlab-verify-'));
  try {
    const stick = join(folder, 'stick');
    await copyFile(image.path('ringlab.iso'), stick);
    await truncate(stick, STICK_BYTES);
    const words: string[] = [];
    for (const start of STARTS) words.push(await tryStart(stick, start));
    return `${words.join(', ')}; each time Ringlab answered, a lab's solution passed in a sandbox and the browser opened, and what the first kept on the stick the second found`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function tryStart(stick: string, { name, firmware, finds }: (typeof STARTS)[number]): Promise<string> {
  await using machine = startMachine([
    ...['-machine', 'q35', '-cpu', 'max', '-smp', '2', '-m', '2048', '-vga', 'std', ...firmware],
    ...['-drive', `file=${stick},format=raw,if=none,id=stick`],
    ...['-device', 'qemu-xhci', '-device', 'usb-storage,drive=stick,removable=on', '-device', 'usb-tablet'],
    // The image reports through this port, which must be there while it boots.
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=said,name=ringlab.verify'],
  ]);
  const { sinceStartMs } = await machine.says(/^health true/m, WHOLE_MS);
  const { match } = await machine.says(/^report (\{.*\})\r?$/m, WHOLE_MS);
  const found = report.parse(JSON.parse(match[1] ?? ''));
  const expected = { isUp: true, work: 'stick', found: finds, lab: true, browser: true };
  for (const [what, is] of Object.entries(found))
    if (is !== expected[what as keyof typeof expected])
      throw new Stop(
        `Started by ${name}, the live image is not as it should be (${what}: ${is}):\n${match.input}`,
      );
  return `started by ${name} in ${(sinceStartMs / 1000).toFixed(0)} s`;
}
