// SPDX-License-Identifier: BSD-2-Clause
import { copyFile, glob, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Stop } from '../../../tools/prepare/stop.mjs';
import {
  CHARACTER_DEVICE_MODE,
  type CpioEntry,
  cpio,
  FILE_MODE,
  FOLDER_MODE,
  PROGRAM_MODE,
} from '../recipe/cpio.ts';
import { debianRoot } from '../recipe/debian-root.ts';
import { runInside } from '../recipe/inside.ts';
import { unpackKernel } from '../recipe/kernel.ts';
import { loadingOrder } from '../recipe/kernel-modules.ts';
import { EPOCH_SECONDS, GIB, MIB, USER, VM_MODULES, VM_PACKAGES } from '../recipe/recipe.ts';
import { extraFor, GUEST_SOURCES, VM_OVERLAY } from '../recipe/sources.ts';
import { squash } from '../recipe/squash.ts';
import { unpackSome } from '../recipe/tar.ts';
import type { Stage } from '../stages/stage.ts';
import type { Workshop } from '../workshop.ts';
import { finish } from './finish.ts';
import { type Foundation, hookCall } from './root.ts';

/** A kernel, an initramfs that is our own init with a few modules, and the root, read-only. */
export function vmImage(base: Foundation): Stage {
  const { sources, workshop, tools } = base;
  const root = vmRoot(base);
  const init = guestInit(base.unpacked, workshop);
  return {
    name: 'vm',
    title: 'Packing the VM image',
    after: [root, init, tools],
    inputs: { values: { modules: VM_MODULES } },
    output: join(workshop.images, 'vm'),
    weight: 60,
    diskBytes: GIB,
    make: async (to, show) => {
      await mkdir(to, { recursive: true });
      show('vmlinux and initramfs');
      await bootFiles(root.output, await readFile(init.output), to);
      show('root.squashfs');
      await squash(root.output, [tools.output], join(to, 'root.squashfs'));
      await finish('vm', to, ['initramfs', 'root.squashfs', 'vmlinux'], root.output, sources.release);
    },
  };
}

function vmRoot({ root, sources, workshop }: Foundation): Stage {
  const extra = extraFor('vm', workshop);
  return debianRoot(
    {
      ...{ name: 'vm-root', title: "Installing the guest's kernel", packages: VM_PACKAGES, onTopOf: root },
      ...{ overlays: [VM_OVERLAY, ...extra.overlays], debs: extra.debs, weight: 60, diskBytes: 4 * GIB },
      hooks: [
        'rm -f "$1"/etc/ssh/ssh_host_*',
        // No password fits; `!`, as it was, would lock out keys too.
        `chroot "$1" usermod --password '*' ${USER.name}`,
        ...hookCall(extra.hook),
        // Nobody boots the packages' own, and its length differs from one time to the next.
        'rm -f "$1"/boot/initrd.img-* "$1"/initrd.img*',
        'chroot "$1" sh -c "ls /lib/modules | xargs -n1 depmod"',
        LOAD_NETMAP,
      ],
      hookPaths: extra.hook === undefined ? [] : [extra.hook],
      // The kernel's package asks for this before it has an initramfs made; another package's trigger does not.
      environment: { INITRD: 'No' },
    },
    sources,
    workshop,
  );
}

/** Whoever adds the module wants it. */
const LOAD_NETMAP = [
  'if ls "$1"/lib/modules | xargs -I{} chroot "$1" modinfo -k {} netmap > /dev/null 2>&1; then',
  'mkdir -p "$1"/etc/modules-load.d; echo netmap > "$1"/etc/modules-load.d/ringlab-netmap.conf; fi',
].join(' ');

function guestInit(unpacked: Stage, workshop: Workshop): Stage {
  const source = join(GUEST_SOURCES, 'init');
  const compile = 'gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o /tmp/out/init /tmp/in/init/*.c';
  return {
    name: 'guest-init',
    title: "Building the guest's init",
    after: [unpacked],
    inputs: { values: compile, paths: [source] },
    output: join(workshop.work, 'guest-init'),
    weight: 3,
    diskBytes: 10 * MIB,
    make: async (to, show) => {
      const out = await mkdtemp(join(workshop.work, 'init-'));
      await runInside(unpacked.output, { init: source }, out, ['sh', '-c', compile], show);
      await copyFile(join(out, 'init'), to);
      await rm(out, { recursive: true });
    },
  };
}

/** `vmlinux` and `initramfs` of the kernel that the root has modules for. */
async function bootFiles(rootTar: string, init: Uint8Array, to: string): Promise<void> {
  const folder = await mkdtemp(`${to}.boot-`);
  try {
    await unpackSome(rootTar, ['./boot/vmlinuz-*', './usr/lib/modules/*'], folder);
    const [kernel, ...more] = await Array.fromAsync(glob('boot/vmlinuz-*', { cwd: folder }));
    if (kernel === undefined || more.length > 0) throw new Stop('The VM image needs exactly one kernel.');
    await unpackKernel(join(folder, kernel), join(to, 'vmlinux'));
    const version = kernel.replace('boot/vmlinuz-', '');
    const modules = join(folder, 'usr/lib/modules', version);
    mustBeFor(version, await readdir(join(folder, 'usr/lib/modules')));
    await writeFile(join(to, 'initramfs'), cpio(await initramfs(modules, init), EPOCH_SECONDS));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Modules for another kernel are of no use, and whoever added them should know. */
export function mustBeFor(version: string, versions: readonly string[]): void {
  const others = versions.filter((other) => other !== version);
  if (others.length > 0)
    throw new Stop(
      `The guest's kernel is ${version}, and what was added to the VM image has modules for ${others.join(', ')}, which it cannot load. Add some that were built for ${version}.`,
    );
}

/** Not compressed: under emulation unpacking would cost more than reading. */
async function initramfs(modules: string, init: Uint8Array): Promise<CpioEntry[]> {
  const order = loadingOrder(VM_MODULES, await readFile(join(modules, 'modules.dep'), 'utf8'));
  const files = order.map(async (path, i) => ({
    name: `modules/${String(i).padStart(2, '0')}-${path.split('/').at(-1)}`,
    mode: FILE_MODE,
    content: await readFile(join(modules, path)),
  }));
  const folders = ['dev', 'modules', 'proc', 'sys', 'root'].map((name) => ({ name, mode: FOLDER_MODE }));
  const console = { name: 'dev/console', mode: CHARACTER_DEVICE_MODE, device: { major: 5, minor: 1 } };
  return [
    ...folders,
    console,
    { name: 'init', mode: PROGRAM_MODE, content: init },
    ...(await Promise.all(files)),
  ];
}
