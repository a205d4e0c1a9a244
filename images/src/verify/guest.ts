// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Image } from '../image/image.ts';
import { run } from '../run.ts';
import { runWithInput } from './lab.ts';
import { startMachine } from './machine.ts';

/** A slow machine that does other things, too. */
const BOOT_MS = 180_000;
const COMMAND_MS = 300_000;

/** As docs/images.md says. */
const COMMAND_LINE =
  'console=ttyS0 quiet panic=-1 no_timer_check tsc=reliable mitigations=off nokaslr cryptomgr.notests';

/** The VM image, booted under emulation. */
export interface Guest extends AsyncDisposable {
  readonly bootMs: number;
  /** Runs a command of a shell as the attendee, with these bytes on its stdin; gives back all that it printed. */
  run(command: string, input: Buffer): Promise<string>;
}

export async function bootGuest(image: Image): Promise<Guest> {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-verify-'));
  undo.defer(() => rmSync(folder, { recursive: true }));
  const key = join(folder, 'key');
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const machine = undo.use(startMachine(argumentsOf(image, folder)));
  const { sinceStartMs: bootMs } = await machine.says(/ringlab: ready/, BOOT_MS);
  const ssh = [
    'ssh',
    '-q',
    '-i',
    key,
    ...SSH_OPTIONS,
    '-o',
    `ProxyCommand=${relay(folder)}`,
    'attendee@guest',
  ];
  const kept = undo.move();
  return {
    bootMs,
    run: (command, input) => runWithInput([...ssh, command], input, COMMAND_MS),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const SSH_OPTIONS = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes'].flatMap(
  (option) => ['-o', option],
);

function relay(folder: string): string {
  return `${process.execPath} ${join(import.meta.dirname, 'relay.ts')} ${join(folder, 'door')}`;
}

function argumentsOf(image: Image, folder: string): string[] {
  const door = `socket,id=door,path=${join(folder, 'door')},server=on,wait=off`;
  return [
    ...['-machine', 'q35', '-cpu', 'max', '-m', '768'],
    ...['-kernel', image.path('vmlinux'), '-initrd', image.path('initramfs'), '-append', COMMAND_LINE],
    ...['-drive', `file=${image.path('root.squashfs')},format=raw,readonly=on,if=none,id=root`],
    ...['-device', 'virtio-blk-pci,drive=root,serial=root'],
    ...['-fw_cfg', `name=opt/ringlab/authorized_keys,file=${join(folder, 'key.pub')}`],
    ...['-device', 'virtio-serial-pci', '-chardev', door],
    ...['-device', 'virtserialport,chardev=door,name=ringlab.ssh.0'],
  ];
}
