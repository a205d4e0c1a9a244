// SPDX-License-Identifier: BSD-2-Clause
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Attendee, LOST } from '../../testing/attendee.ts';
import { shellLab } from '../../testing/labs.ts';
import { TestServer } from '../../testing/test-server.ts';
import { until } from '../contract/inside.ts';
import type { QemuOptions } from './driver.ts';
import { TestMachines } from './test-machines.ts';

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

    test('is told that it is KVM that only seems to be there, where it does', async () => {
      await ada.run();
      const words = readFileSync(`/proc/${machines.pid()}/cmdline`, 'utf8');
      const { driver, message } = await ada.sandbox();
      expect(driver).toBe('qemu');
      if (!words.includes('\0tcg')) expect(message).toContain('KVM works.');
      else if (!existsSync('/dev/kvm')) expect(message).toContain('has no /dev/kvm');
      else expect(message).toMatch(/\/dev\/kvm is there, but .* does not start .*vm-accelerator\.json\./);
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

    test('leaves nothing of all that', async () => {
      ada[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
      expect(machines.left()).toEqual({ slots: [], processes: [] });
      await until(() => openFiles() <= filesBefore, 'descriptors being closed');
    });
  });

  test('an attendee of a server that never had the image reads the same at once', async () => {
    const none = '/nonexistent';
    await using server = await TestServer.startAnyhow([shellLab], { driver: 'qemu', imagesDir: none });
    using ada = await Attendee.join(server, 'Ada');
    const message = `qemu: There is no VM image in ${none}/vm. Build it: pnpm images build vm`;
    expect(await ada.sandbox()).toEqual({ usable: false, message });
    await expect(ada.pressRun()).rejects.toMatchObject({ error: { message } });
  });
}
