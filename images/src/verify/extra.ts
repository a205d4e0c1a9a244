// SPDX-License-Identifier: BSD-2-Clause
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { build } from '../commands/build.ts';
import { openImage } from '../image/image.ts';
import { type Workshop, workshopIn } from '../workshop.ts';
import { bootGuest } from './guest.ts';
import type { Show } from './live.ts';
import { addOfOwn, type Sign } from './of-own.ts';

/**
 * Builds a VM image, in a folder of its own, to which something was added at every extension point of docs/images.md at
 * once, boots it, and looks for the signs of each. The folder is removed when all were seen.
 */
export async function verifyExtra(workshop: Workshop, show: Show): Promise<string> {
  const images = join(workshop.work, 'extra');
  const own = workshopIn(images, join(images, 'of-own'));
  const signs = await addOfOwn(own.extra);
  await mkdir(own.work, { recursive: true });
  // What was downloaded before need not be again.
  await cp(join(workshop.work, 'debs'), join(own.work, 'debs'), { recursive: true }).catch(() => undefined);
  await build(['vm'], own, { fresh: false, tell: ({ title, detail }) => show(`${title}: ${detail}`) });
  show('looking into the guest');
  await using guest = await bootGuest(await openImage('vm', own.images));
  for (const sign of signs) await mustShow(sign, guest.run);
  await rm(own.images, { recursive: true });
  return `an image with packages, an overlay and a hook for all shapes and for the VM was built and booted, and each was seen in the guest (${signs.length} signs)`;
}

async function mustShow(
  { of, command, says }: Sign,
  run: (command: string, input: Buffer) => Promise<string>,
): Promise<void> {
  const said = (await run(command, Buffer.alloc(0))).trim();
  if (said !== says)
    throw new Stop(
      `In the guest nothing shows ${of}: "${command}" should say "${says}", and said "${said}".`,
    );
}
