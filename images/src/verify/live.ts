// SPDX-License-Identifier: BSD-2-Clause
import { Stop } from '../../../tools/prepare/stop.mjs';
import type { Image } from '../image/image.ts';
import { startMachine } from './machine.ts';

/** Debian, Ringlab and a lab, all emulated, on a machine that does other things, too. */
const WHOLE_MS = 1_800_000;

const UEFI = '/usr/share/ovmf/OVMF.fd';
const FIRMWARES: Readonly<Record<string, readonly string[]>> = { BIOS: [], UEFI: ['-bios', UEFI] };

/** Boots the image as a laptop would, by each firmware, and waits for what the image says of itself. */
export async function verifyLive(image: Image): Promise<string> {
  const words: string[] = [];
  for (const [name, firmware] of Object.entries(FIRMWARES))
    words.push(`booted by ${name} in ${await bootSeconds(image, firmware)} s`);
  return `${words.join(', ')}, each time Ringlab answered and a lab's solution passed in a sandbox`;
}

async function bootSeconds(image: Image, firmware: readonly string[]): Promise<string> {
  await using machine = startMachine([
    ...['-machine', 'q35', '-cpu', 'max', '-smp', '2', '-m', '2048', '-vga', 'std', ...firmware],
    ...['-drive', `file=${image.path('ringlab.iso')},format=raw,readonly=on,if=virtio,media=disk`],
    // The image reports through this port, which must be there while it boots.
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=said,name=ringlab.verify'],
  ]);
  const bootMs = await machine.says('health {"ok":true}', WHOLE_MS);
  const passed = machine.says('lab 03-sink passed', WHOLE_MS);
  const failed = machine.says('lab 03-sink failed', WHOLE_MS).then(() => {
    throw new Stop("The lab's solution did not pass in the live image.");
  });
  await Promise.race([passed, failed]);
  failed.catch(() => {});
  passed.catch(() => {});
  return (bootMs / 1000).toFixed(0);
}
