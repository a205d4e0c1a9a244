// SPDX-License-Identifier: BSD-2-Clause
import { copyFile, cp, glob, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { debianRoot } from '../recipe/debian-root.ts';
import { bootableIso, bootMenu } from '../recipe/iso.ts';
import { PLACE, product } from '../recipe/product.ts';
import { GIB, LIVE_PACKAGES } from '../recipe/recipe.ts';
import { extraFor, LIVE_OVERLAY } from '../recipe/sources.ts';
import { squash } from '../recipe/squash.ts';
import { packPath, unpackSome } from '../recipe/tar.ts';
import type { Stage } from '../stages/stage.ts';
import { finish } from './finish.ts';
import { type Foundation, hookCall } from './root.ts';
import { vmImage } from './vm.ts';

/** Its parameters are live-boot's. */
const MENU = bootMenu('boot=live components noautologin');

/** The whole of Ringlab on a disk image that boots on a laptop, and needs no network. */
export function liveImage(base: Foundation): Stage {
  const { sources, workshop, tools } = base;
  const root = liveRoot(base);
  const ringlab = product(workshop);
  const vm = vmImage(base);
  return {
    name: 'live',
    title: 'Packing the live image',
    after: [root, tools, ringlab, vm],
    inputs: { values: MENU },
    output: join(workshop.images, 'live'),
    weight: 80,
    diskBytes: 4 * GIB,
    make: async (to, show) => {
      await mkdir(to, { recursive: true });
      const folder = await mkdtemp(join(workshop.work, 'iso-'));
      const disk = join(folder, 'disk');
      try {
        await mkdir(join(disk, 'live'), { recursive: true });
        show('kernel');
        await bootFiles(root.output, join(folder, 'boot'), join(disk, 'live'));
        show('filesystem.squashfs');
        const machines = await packedMachines(vm.output, join(folder, 'machines'));
        const parts = [tools.output, ringlab.output, machines];
        await squash(root.output, parts, join(disk, 'live/filesystem.squashfs'));
        show('ringlab.iso');
        await bootableIso(disk, MENU, join(to, 'ringlab.iso'));
      } finally {
        await rm(folder, { recursive: true });
      }
      await finish('live', to, ['ringlab.iso'], root.output, sources.release);
    },
  };
}

function liveRoot({ root, sources, workshop }: Foundation): Stage {
  const extra = extraFor('live', workshop);
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

/** The VM image where the server looks for it, as a tarball. */
async function packedMachines(image: string, folder: string): Promise<string> {
  await cp(image, join(folder, PLACE, 'images/build/vm'), { recursive: true });
  const tar = `${folder}.tar`;
  await packPath(folder, `${PLACE}/images/build`, tar);
  return tar;
}

/** Kernel and initramfs, where the menu looks for them. */
async function bootFiles(rootTar: string, unpacked: string, to: string): Promise<void> {
  await mkdir(unpacked);
  await unpackSome(rootTar, ['./boot/*'], unpacked);
  for (const [pattern, name] of Object.entries({
    'boot/vmlinuz-*': 'vmlinuz',
    'boot/initrd.img-*': 'initrd',
  })) {
    const [found, ...more] = await Array.fromAsync(glob(pattern, { cwd: unpacked }));
    if (found === undefined || more.length > 0)
      throw new Stop(`The live image needs exactly one ${pattern}.`);
    await copyFile(join(unpacked, found), join(to, name));
  }
}
