// SPDX-License-Identifier: BSD-2-Clause
// The image's own kernel and init, on a root that holds no more than loading modules takes.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { buildVmImage } from '../../../../../tools/prepare/vm-image.mjs';
import { KERNEL_LINE } from './arguments.ts';
import { type VmImage, vmImage } from './image.ts';
import { testOptions } from './test-folders.ts';

const TIMEOUT_MS = 120_000;
const SYSTEM = [
  ...['bin', 'sbin', 'lib', 'lib64', 'usr/bin/dash', 'usr/bin/sh', 'usr/bin/cat', 'usr/bin/kmod'],
  ...['usr/sbin/modprobe', 'usr/lib64', 'usr/lib/x86_64-linux-gnu/ld-linux*'],
  ...['c.so', 'lzma.so', 'zstd.so', 'crypto.so'].map((name) => `usr/lib/x86_64-linux-gnu/lib${name}*`),
  ...['modules.*', 'kernel/drivers/net/dummy.ko', 'kernel/drivers/net/veth.ko'].map(
    (name) => `usr/lib/modules/*/${name}`,
  ),
];

let image: VmImage;
beforeAll(async () => {
  await buildVmImage();
  image = await vmImage(testOptions().imagesDir);
}, 900_000);

/** A root with these files beside the system's. */
function rootWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const root = join(folder, 'root');
  execFileSync('unsquashfs', ['-quiet', '-no-progress', '-no-xattrs', '-d', root, image.root, ...SYSTEM]);
  for (const name of ['dev', 'proc', 'sys', 'run', 'etc/modules-load.d', 'etc/ringlab', 'tmp'])
    mkdirSync(join(root, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text, { mode: 0o755 });
  const disk = join(folder, 'root.squashfs');
  execFileSync('mksquashfs', [root, disk, '-quiet', '-no-progress', '-all-root']);
  return disk;
}

/** What a machine on that root prints until it is ready. */
async function console_(disk: string): Promise<string> {
  const args = [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-machine', 'pc'],
    ...['-accel', 'tcg', '-cpu', 'max', '-m', '256', '-chardev', 'stdio,id=said', '-serial', 'chardev:said'],
    ...['-blockdev', `driver=raw,node-name=root,read-only=on,file.driver=file,file.filename=${disk}`],
    ...['-device', 'virtio-blk-pci,drive=root,serial=root', '-append', KERNEL_LINE],
    ...['-kernel', image.kernel, '-initrd', image.initramfs],
  ];
  const qemu = spawn('qemu-system-x86_64', args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
  onTestFinished(() => void qemu.kill('SIGKILL'));
  let text = '';
  for (const stream of [qemu.stdout, qemu.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('ringlab: ready')) qemu.kill('SIGKILL');
    });
  await new Promise((resolve) => qemu.once('close', resolve));
  return text;
}

test(
  'a guest loads the modules that its image lists, and says which it could not',
  async () => {
    const said = await console_(
      rootWith({
        'etc/modules': '# dummy numdummies=7\nveth\n',
        'etc/modules-load.d/of-a-package.conf': '; veth\n\ndummy  numdummies=3\nnosuchmodule\n',
        'etc/ringlab/boot':
          '#!/bin/sh\ncat /proc/modules; echo /sys/class/net/*; echo not loaded: $(cat /run/ringlab/not-loaded)\n',
      }),
    );
    expect(said).toMatch(/^veth \d/m);
    expect(said).toMatch(/dummy0 \S*dummy1 \S*dummy2 /);
    expect(said).toMatch(/^not loaded: modprobe: FATAL: Module nosuchmodule not found/m);
  },
  2 * TIMEOUT_MS,
);
