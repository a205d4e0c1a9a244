// SPDX-License-Identifier: BSD-2-Clause

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { SandboxError } from '@ringlab/labkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cyclesOr, tellCounts } from '../contract/cycles.ts';
import { sh, until } from '../contract/inside.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { chooseAccelerator } from './accelerator.ts';
import type { Accelerator } from './arguments.ts';
import { QemuDriver, type QemuOptions, shapeFor } from './driver.ts';
import { engineIn, lookAround, OWN_SOCKET } from './guest.ts';
import { launch } from './make.ts';
import { MachineMaker, versionOfQemu } from './maker.ts';
import { sandboxIn } from './sandbox-in.ts';
import { NO_MACHINES, TestMachines } from './test-machines.ts';

const CYCLES = cyclesOr(4);
const limits = DEFAULT_LIMITS;

/** What happens to machines, and what is left of them. `options`' data folder has a snapshot by then. */
export function qemuFailures(options: QemuOptions): void {
  const machines = new TestMachines(options.dataDir);
  const { folder } = machines;
  const snapshots = join(options.dataDir, 'vm-snapshots');
  const snapshotsKept = () => readdirSync(snapshots).map((name) => statSync(join(snapshots, name)).ino);

  describe('a virtual machine', () => {
    test('has entropy, time and keys that no other of its snapshot has', async () => {
      await using driver = new QemuDriver(options);
      const [one, two] = await Promise.all(['one', 'two'].map((id) => driver.create({ id, limits })));
      if (one === undefined || two === undefined) return expect.unreachable();
      const drawn = async (sandbox: typeof one) =>
        (await sh(sandbox, 'od -N16 -An -tx1 /dev/urandom; date +%s')).out;
      const [[a, seconds], [b]] = [(await drawn(one)).split('\n'), (await drawn(two)).split('\n')];
      expect(a).not.toBe(b);
      expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(10);
    });

    test('ends with a server that is killed while it boots', async () => {
      const server = startServer({ ...options, snapshots: false });
      await until(
        () => machines.slots().some((slot) => existsSync(join(folder.path, slot, 'qmp'))),
        'a machine',
      );
      const pid = machines.pid();
      server.kill('SIGKILL');
      await until(() => !existsSync(`/proc/${pid}`), 'the machine ending');
    });

    test('ends with its server, and the next server finds a clean house', async () => {
      const server = startServer(options);
      await once(createInterface({ input: server.stdout }), 'line');
      const pid = machines.pid();
      await using next = new QemuDriver(options);
      expect((await next.probe()).message).toMatch(/Another server \(process \d+\)/);
      server.kill('SIGKILL');
      await until(() => !existsSync(`/proc/${pid}`), 'the machine ending');
      for await (const sandbox of next.adopt()) expect.unreachable(`adopted ${sandbox.id}`);
      expect(machines.slots()).toEqual([]);
    });

    test(
      `leaves nothing, made and disposed of ${CYCLES} times`,
      async () => {
        await using driver = new QemuDriver(options);
        await (await driver.create({ id: 'first', limits }))[Symbol.asyncDispose]();
        const traces = () => ({ ...machines.left(), descriptors: descriptors() });
        const before = traces();
        for (let i = 0; i < CYCLES; i++) {
          await using sandbox = await driver.create({ id: `cycle-${i}`, limits });
          expect((await sh(sandbox, 'echo runs')).out).toBe('runs\n');
        }
        await until(() => descriptors() <= before.descriptors, 'descriptors being closed');
        tellCounts(`${CYCLES} sandboxes by qemu`, before, traces());
        expect(machines.left()).toEqual(NO_MACHINES);
      },
      60_000 + CYCLES * 15_000,
    );

    test('that does not answer any more is ended, and so is what waits for it', async () => {
      await using driver = new QemuDriver({ ...options, alivePeriodMs: 1000 });
      const sandbox = await driver.create({ id: 'silent', limits });
      const sleeper = await sandbox.exec(['sleep', '600']);
      process.kill(machines.pid(), 'SIGSTOP');
      const { lost, words } = await sleeper.exit;
      expect({ lost, words }).toEqual({
        lost: true,
        words: 'stopped: its virtual machine did not answer any more, and was ended',
      });
      await expect(sandbox.put([])).rejects.toThrow(SandboxError);
      await sandbox[Symbol.asyncDispose]();
      expect(machines.left()).toEqual(NO_MACHINES);
    });

    test('that is ended from outside while it goes on is no fault of its snapshot', async () => {
      await using driver = new QemuDriver(options);
      await (await driver.create({ id: 'first', limits }))[Symbol.asyncDispose]();
      const before = snapshotsKept();
      const creating = driver.create({ id: 'ended', limits });
      creating.catch(() => {});
      await until(
        () => machines.slots().some((slot) => existsSync(join(folder.path, slot, 'pid'))),
        'a machine',
      );
      process.kill(machines.pid(), 'SIGTERM');
      await expect(creating).rejects.toThrow(SandboxError);
      expect([snapshotsKept(), machines.slots()]).toEqual([before, []]);
    });

    test('whose kernel has netmap gives it to programs, and nothing is preloaded', async () => {
      await using maker = new MachineMaker({
        ...options,
        ...{ common: { limits }, shape: shapeFor, shares: 8 },
      });
      await using made = await maker.make({ limits });
      expect([made.engine, made.found]).toEqual(['unetmap', { kernelNetmap: false, notLoaded: '' }]);
      const { link } = made;
      // Who answers there is no matter here: that the guest's root has it is what decides.
      await link.must('', 'mknod -m 666 /dev/netmap c 1 3; echo too old > /run/ringlab/not-loaded');
      const found = await lookAround(link);
      expect(found).toEqual({ kernelNetmap: true, notLoaded: 'too old' });
      const engine = engineIn(found, { limits });
      expect([engine, engineIn(found, { limits, engine: 'unetmap' })]).toEqual(['kernel', 'unetmap']);
      await launch(link, { limits }, engine, OWN_SOCKET);
      const place = { ...made, engine, dial: link.dialer(OWN_SOCKET) };
      await using sandbox = await sandboxIn(place, { id: 'kernel', limits }, 'its machine', () => {});
      const { out } = await sh(
        sandbox,
        '[ -c /dev/netmap ] && echo "$LD_PRELOAD"; : > /dev/netmap && echo open',
      );
      expect(out).toMatch(/^\S*crash-note\.so\nopen\n$/);
    });

    test('whose kernel has none refuses who needs it, and says how it is added', async () => {
      await using driver = new QemuDriver(options);
      await expect(driver.create({ id: 'kernel', limits, engine: 'kernel' })).rejects.toThrow(
        "This lab needs netmap in the kernel, and the VM image's kernel has none. docs/images.md says how to add it.",
      );
      expect(machines.slots()).toEqual([]);
    });

    test('is booted when its snapshot is damaged', async () => {
      const damaged = snapshotsKept();
      for (const name of readdirSync(snapshots)) {
        const path = join(snapshots, name, 'state');
        const bytes = readFileSync(path).byteLength;
        writeFileSync(path, 'not a machine');
        truncateSync(path, bytes);
      }
      await using driver = new QemuDriver(options);
      await using sandbox = await driver.create({ id: 'damaged', limits });
      expect((await sh(sandbox, 'echo runs')).out).toBe('runs\n');
      expect(snapshotsKept()).toEqual([]);
      expect(damaged).toHaveLength(1);
    });
  });

  describe('the VM image', () => {
    /** With a device that everybody may open, as where KVM is, and which was found to be of no use. */
    const withImage = async (change: (folder: string) => void): Promise<QemuOptions> => {
      const dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
      onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
      chmodSync(dataDir, 0o711);
      const imagesDir = join(dataDir, 'images');
      cpSync(join(options.imagesDir, 'vm'), join(imagesDir, 'vm'), { recursive: true });
      change(join(imagesDir, 'vm'));
      const kvmDevice = join(dataDir, 'kvm');
      writeFileSync(kvmDevice, '');
      chmodSync(kvmDevice, 0o666);
      const boot = async (accelerator: Accelerator) => {
        if (accelerator === 'kvm') throw new Error('it stands still');
      };
      await chooseAccelerator(dataDir, await versionOfQemu(), boot, { device: kvmDevice });
      return { dataDir, imagesDir, kvmDevice };
    };
    /** Of a driver that leaves nothing. */
    const message = async (changed: QemuOptions): Promise<string> => {
      const before = descriptors();
      const words = await probed(changed);
      await until(() => descriptors() <= before, 'descriptors being closed');
      expect(new TestMachines(changed.dataDir).leftOfServer()).toEqual({ ...NO_MACHINES, folders: [] });
      return words;
    };

    test('that is missing is asked for with the command that builds it', async () => {
      const words = await message(await withImage((vm) => rmSync(vm, { recursive: true })));
      expect(words).toMatch(/^There is no VM image in .*pnpm images build vm/);
    });

    test('that is cut short is refused before anything starts', async () => {
      const words = await message(await withImage((vm) => truncateSync(join(vm, 'root.squashfs'), 1000)));
      expect(words).toMatch(/damaged.*root\.squashfs.*pnpm images build vm/);
    });

    test('whose kernel is none is told by what QEMU says, and KVM is not blamed for it', async () => {
      const changed = await withImage((vm) => {
        const bytes = readFileSync(join(vm, 'vmlinux')).byteLength;
        writeFileSync(join(vm, 'vmlinux'), Buffer.alloc(bytes, 'x'));
      });
      const note = join(changed.dataDir, 'vm-accelerator.json');
      expect(existsSync(note)).toBe(true);
      for (const isNoted of [true, false]) {
        if (!isNoted) rmSync(note, { force: true });
        expect(await message(changed)).toMatch(/^The virtual machine could not be started: .*kernel/);
        expect(existsSync(note)).toBe(isNoted);
      }
    });
  });
}

async function probed(options: QemuOptions): Promise<string> {
  await using driver = new QemuDriver(options);
  return (await driver.probe()).message;
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

const SERVER = `
  import { QemuDriver } from '${import.meta.dirname}/driver.ts';
  import { DEFAULT_LIMITS } from '${import.meta.dirname}/../limits.ts';
  const sandbox = await new QemuDriver(JSON.parse(process.argv[1])).create({ id: 'x', limits: DEFAULT_LIMITS });
  await sandbox.exec(['sleep', '1000']);
  console.log('up');
  setInterval(() => {}, 1000);
`;

function startServer(options: QemuOptions): ChildProcessByStdio<null, Readable, null> {
  const server = spawn(process.execPath, ['--input-type=module', '--eval', SERVER, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  return server;
}
