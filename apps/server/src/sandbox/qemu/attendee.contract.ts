// SPDX-License-Identifier: BSD-2-Clause
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Attendee, LOST, toldToFirst } from '../../testing/attendee.ts';
import { shellLab } from '../../testing/labs.ts';
import { TestServer } from '../../testing/test-server.ts';
import { until } from '../contract/inside.ts';
import type { QemuOptions } from './driver.ts';
import { NO_MACHINES, TestMachines } from './test-machines.ts';

const isRoot = process.getuid?.() === 0;
const openFiles = () => readdirSync('/proc/self/fd').length;

/** What the page of an attendee is sent when machines fail, on one server with the snapshot of `options`' data folder. */
export function qemuAttendee({ dataDir, imagesDir }: QemuOptions): void {
  describe('an attendee of a server whose sandboxes are virtual machines', () => {
    const machines = new TestMachines(dataDir);
    const snapshots = () => readdirSync(join(dataDir, 'vm-snapshots'));
    let own: string;
    let filesBefore: number;
    let server: TestServer;
    let ada: Attendee;

    beforeAll(async () => {
      own = mkdtempSync(join(tmpdir(), 'ringlab-images-'));
      symlinkSync(join(imagesDir, 'vm'), join(own, 'vm'));
      filesBefore = openFiles();
      const config = { dataDir, imagesDir: own, driver: 'qemu', poolSandboxes: 0 } as const;
      server = await TestServer.startWithSandboxes([shellLab], config);
      ada = await Attendee.join(server, 'Ada');
    });
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
      rmSync(own, { recursive: true });
    });

    test('is told why the machine is emulated, where it is', async () => {
      await ada.run();
      const words = readFileSync(`/proc/${machines.pid()}/cmdline`, 'utf8');
      const { driver, message } = await ada.sandbox();
      expect(driver).toBe('qemu');
      if (!words.includes('\0tcg')) expect(message).toContain('KVM works.');
      else if (!existsSync('/dev/kvm')) expect(message).toContain('has no /dev/kvm');
      else
        expect(message).toMatch(
          /\/dev\/kvm is (for root alone|there, but .* does not start .*vm-accelerator\.json\.)/,
        );
    });

    test('reads that the machine ended, what is left, and what to do; and the next run is as ever', async () => {
      process.kill(machines.pid(), 'SIGKILL');
      const words = 'stopped: its virtual machine ended';
      expect(await ada.ended()).toMatchObject({
        ...{ outcome: 'failed', processes: [{ exit: { words } }] },
        notices: [`main ${words}.`, LOST],
      });
      await ada.run();
      expect([machines.slots().length, machines.processes().length], 'of the first').toEqual([1, 1]);
      process.kill(machines.pid(), 'SIGKILL');
      await ada.ended();
    });

    test.runIf(isRoot)('reads that the disk is full; no snapshot is lost for it', async () => {
      const { path } = machines.folder;
      const kept = snapshots();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', path]);
      try {
        await ada.pressRun();
        expect(await ada.ended()).toMatchObject({
          outcome: 'failed',
          notices: [`The disk is full: there is no room left in ${path}. Free some and run again.`],
        });
        expect([machines.slots(), snapshots()]).toEqual([[], kept]);
      } finally {
        execFileSync('umount', [path]);
      }
      await ada.run();
      await ada.pressStop();
    });

    test('reads which command builds the image, when that is gone', async () => {
      rmSync(join(own, 'vm'));
      process.kill(machines.pid(), 'SIGKILL');
      await until(() => machines.processes().length === 0, 'the machine ending');
      await ada.pressRun();
      expect(await ada.ended()).toMatchObject({
        outcome: 'failed',
        notices: [`There is no VM image in ${own}/vm. Build it: pnpm images build vm`],
      });
    });

    test('reads that the image is damaged, when it was cut short; and the next run of a whole one is as ever', async () => {
      damagedCopy(join(imagesDir, 'vm'), join(own, 'vm'), 'root.squashfs', 1000);
      await ada.pressRun();
      const words = expect.stringMatching(
        /^The VM image .*is damaged: .*root\.squashfs has 1000 bytes instead of \d+\. Build it again: pnpm images build vm --fresh$/,
      );
      expect(await ada.ended()).toMatchObject({ outcome: 'failed', notices: [words] });
      expect(machines.left()).toEqual(NO_MACHINES);

      rmSync(join(own, 'vm'), { recursive: true });
      symlinkSync(join(imagesDir, 'vm'), join(own, 'vm'));
      await ada.run();
      await ada.pressStop();
    });

    test('leaves nothing of all that', async () => {
      ada[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
      expect(machines.left()).toEqual(NO_MACHINES);
      await until(() => openFiles() <= filesBefore, 'descriptors being closed');
    });
  });

  test('an attendee of a server that never had the image reads the same at once', async () => {
    expect(await toldAtOnce('/nonexistent')).toBe(
      'qemu: There is no VM image in /nonexistent/vm. Build it: pnpm images build vm',
    );
  });

  test.each([
    ['root.squashfs', 1000, /^qemu: The VM image .*is damaged: .*root\.squashfs has 1000 bytes instead of/],
    ['vmlinux', undefined, /^qemu: The virtual machine could not be started: .*kernel/],
  ])(
    'an attendee of a server whose image has a damaged %s reads that at once',
    async (name, bytes, words) => {
      const folder = newFolder('ringlab-images-');
      damagedCopy(join(imagesDir, 'vm'), join(folder, 'vm'), name, bytes);
      expect(await toldAtOnce(folder)).toMatch(words);
    },
  );
}

/** What the page of a server's first attendee says of its sandboxes, where there cannot be any; Run says the same. Nothing is left of it. */
async function toldAtOnce(imagesDir: string): Promise<string> {
  const dataDir = newFolder('ringlab-test-');
  const filesBefore = openFiles();
  const message = await toldToFirst({ driver: 'qemu', imagesDir, dataDir });
  await until(() => openFiles() <= filesBefore, 'descriptors being closed');
  expect(new TestMachines(dataDir).leftOfServer()).toEqual({ ...NO_MACHINES, folders: [] });
  return message;
}

/** The same but for one file, which has other bytes, as many as it had if not said. */
function damagedCopy(image: string, copy: string, name: string, bytes?: number): void {
  mkdirSync(copy);
  for (const file of readdirSync(image).filter((each) => each !== name))
    symlinkSync(join(image, file), join(copy, file));
  writeFileSync(join(copy, name), Buffer.alloc(bytes ?? statSync(join(image, name)).size, 'x'));
}

function newFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
