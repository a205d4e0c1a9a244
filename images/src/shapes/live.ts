// SPDX-License-Identifier: BSD-2-Clause
import { copyFile, glob, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { debianRoot } from '../recipe/debian-root.ts';
import { bootableIso, bootMenu } from '../recipe/iso.ts';
import { product } from '../recipe/product.ts';
import { GIB, LIVE_PACKAGES } from '../recipe/recipe.ts';
import { extraFor, LIVE_OVERLAY } from '../recipe/sources.ts';
import { squash } from '../recipe/squash.ts';
import { unpackSome } from '../recipe/tar.ts';
import type { Stage } from '../stages/stage.ts';
import { finish } from './finish.ts';
import { type Foundation, hookCall } from './root.ts';

/** Its parameters are live-boot's. */
const MENU = bootMenu('boot=live components noautologin');

/** The whole of Ringlab on a disk image that boots on a laptop, and needs no network. */
export function liveImage(base: Foundation): Stage {
  const { sources, workshop, tools } = base;
  const root = liveRoot(base);
  const ringlab = product(workshop);
  return {
    name: 'live',
    title: 'Packing the live image',
    after: [root, tools, ringlab],
    inputs: { values: MENU },
    output: join(workshop.images, 'live'),
    weight: 80,
    diskBytes: 4 * GIB,
    make: async (to, show) => {
      await mkdir(to, { recursive: true });
      const folder = await mkdtemp(join(workshop.work, 'iso-'));
      try {
        await mkdir(join(folder, 'live'));
        show('kernel');
        await bootFiles(root.output, folder);
        show('filesystem.squashfs');
        await squash(root.output, [tools.output, ringlab.output], join(folder, 'live/filesystem.squashfs'));
        show('ringlab.iso');
        await bootableIso(folder, MENU, join(to, 'ringlab.iso'));
      } finally {
        await rm(folder, { recursive: true });
      }
      await finish('live', to, ['ringlab.iso'], root.output, sources.release);
    },
  };
}

function liveRoot({ root, sources, workshop }: Foundation): Stage {
  const extra = extraFor('live');
  return debianRoot(
    {
      ...{
        name: 'live-root',
        title: "Installing the laptop's system",
        packages: LIVE_PACKAGES,
        onTopOf: root,
      },
      ...{ overlays: [LIVE_OVERLAY, ...extra.overlays], debs: extra.debs, weight: 200, diskBytes: 6 * GIB },
      hooks: hookCall(extra.hook),
      hookPaths: extra.hook === undefined ? [] : [extra.hook],
    },
    sources,
    workshop,
  );
}

/** Kernel and initramfs, where the menu looks for them. */
async function bootFiles(rootTar: string, folder: string): Promise<void> {
  const unpacked = await mkdtemp(`${folder}-boot-`);
  try {
    await unpackSome(rootTar, ['./boot/*'], unpacked);
    for (const [pattern, name] of Object.entries({
      'boot/vmlinuz-*': 'vmlinuz',
      'boot/initrd.img-*': 'initrd',
    })) {
      const [found, ...more] = await Array.fromAsync(glob(pattern, { cwd: unpacked }));
      if (found === undefined || more.length > 0)
        throw new Stop(`The live image needs exactly one ${pattern}.`);
      await copyFile(join(unpacked, found), join(folder, 'live', name));
    }
  } finally {
    await rm(unpacked, { recursive: true });
  }
}
