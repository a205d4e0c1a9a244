// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, SandboxError, type SandboxMachine } from '@ringlab/labkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { buildVmImage } from '../../../../../tools/prepare/vm-image.mjs';
import { RunFolder } from '../bubblewrap/run-folder.ts';
import { testOptions as bubblewrapOptions } from '../bubblewrap/test-folders.ts';
import { finish, run, sh, until } from '../contract/inside.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { testOptions as qemuOptions } from '../qemu/test-folders.ts';
import { VmFolder } from '../qemu/vm-folder.ts';
import { BubblewrapWithMachines } from './driver.ts';
import { SandboxRoot } from './sandbox-root.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 900_000 });

const limits = DEFAULT_LIMITS;
const MACHINES: readonly SandboxMachine[] = [
  {
    name: 'vm1',
    ports: [
      { port: 'vale0:vm1', by: 'passthrough' },
      { port: 'netmap:p}1', by: 'passthrough' },
    ],
  },
  {
    name: 'vm2',
    ports: [
      { port: 'netmap:q}1', by: 'passthrough' },
      { port: 'netmap:r}1', by: 'backend', interface: 'eth0', address: '10.9.0.1/24' },
    ],
  },
];

let owned: AsyncDisposableStack;
let folder: VmFolder;
let sandboxes: string;
let driver: BubblewrapWithMachines;
let sandbox: Sandbox;
let filesBefore: number;
beforeAll(async () => {
  await buildVmImage();
  owned = new AsyncDisposableStack();
  const { unetmapDir, dataDir } = owned.use(bubblewrapOptions());
  const { imagesDir } = owned.use(qemuOptions());
  folder = new VmFolder(dataDir, 'machines');
  sandboxes = join(new RunFolder(dataDir).path, 's');
  driver = owned.use(new BubblewrapWithMachines({ dataDir, unetmapDir, imagesDir, cacheDir: imagesDir }));
  await (await driver.create({ id: 'first', limits }))[Symbol.asyncDispose]();
  expect(await driver.readyMachines()).toBeUndefined();
  filesBefore = openFiles();
  sandbox = await driver.create({ id: 'both', limits, machines: MACHINES });
});
afterAll(() => owned.disposeAsync());

const slots = (): string[] => readdirSync(folder.path).filter((name) => /^\d+$/.test(name));
const openFiles = () => readdirSync('/proc/self/fd').length;

/** Sends on one port, again and again, until `PACKETS` of them were received on another one. */
const PACKETS = 200;
async function carries(from: readonly [string, string?], to: readonly [string, string?]): Promise<void> {
  const [sends, receives] = [from, to].map(([port, machine]) => ({ port, machine }));
  const receiver = await sandbox.exec(['pkt-gen', '-i', to[0], '-f', 'rx', '-n', `${PACKETS}`, '-w', '0'], {
    machine: receives?.machine,
  });
  const send = `until [ -e over ]; do pkt-gen -i '${from[0]}' -f tx -n ${PACKETS} -w 0; done`;
  await sandbox.remove(['over']);
  const sender = await sandbox.exec(['timeout', '250', 'sh', '-c', send], { machine: sends?.machine });
  const [received] = await Promise.all([finish(receiver), stopped(receiver, sender), finish(sender)]);
  expect(received.exit.code, received.err).toBe(0);
  expect(received.out).toMatch(new RegExp(`Received ${PACKETS} packets`));
}

async function stopped(receiver: { exit: Promise<unknown> }, sender: { kill(signal: 'SIGKILL'): void }) {
  await receiver.exit;
  sender.kill('SIGKILL');
}

describe('machines of a sandbox', () => {
  test.for([
    { from: ['vale0:host'], to: ['vale0:vm1', 'vm1'] },
    { from: ['vale0:vm1', 'vm1'], to: ['vale0:host'] },
    { from: ['netmap:p{1'], to: ['netmap:p}1', 'vm1'] },
    { from: ['netmap:q}1', 'vm2'], to: ['netmap:q{1'] },
    { from: ['netmap:r{1'], to: ['netmap:eth0', 'vm2'] },
    { from: ['netmap:eth0', 'vm2'], to: ['netmap:r{1'] },
  ] as const)('packets go from $from to $to', async ({ from, to }) => {
    await carries(from, to);
  });

  test('the workspace in a machine is the sandbox’s', async () => {
    await sandbox.put([{ path: 'a/b c.c', content: 'int main(void) { return 7; }\n' }]);
    expect((await sh(sandbox, 'gcc -o a/seven "a/b c.c"')).exit.code).toBe(0);
    expect((await run(sandbox, ['a/seven'], { machine: 'vm2' })).exit.code).toBe(7);
    await sandbox.remove(['a/b c.c']);
    await sandbox.put([{ path: 'x', content: 'later' }]);
    const seen = await sh(sandbox, 'ls a; cat x', { machine: 'vm2' });
    expect(seen).toMatchObject({ out: 'seven\nlater', err: '' });
  });

  test('a network card is up, and has its address', async () => {
    const { out } = await run(sandbox, ['ip', '-brief', 'address', 'show', 'eth0'], { machine: 'vm2' });
    expect(out).toMatch(/^eth0 +UP +10\.9\.0\.1\/24/);
  });

  test('one that is not there is told', async () => {
    await expect(sandbox.exec(['true'], { machine: 'vm3' })).rejects.toThrow(/no machine vm3/);
  });

  test('one that dies is told, and with it the sandbox is of no use', async () => {
    const program = await sandbox.exec(['sleep', '1000'], { machine: 'vm1' });
    const other = await sandbox.exec(['sleep', '1000'], { machine: 'vm2' });
    process.kill(pidOf('vm1'), 'SIGKILL');
    expect(await program.exit).toEqual({
      ...{ signal: 'SIGKILL', words: 'stopped: its machine vm1 ended', lost: true },
    });
    await expect(sandbox.exec(['true'], { machine: 'vm1' })).rejects.toThrow(
      'The machine vm1 ended. Run again to get a new one.',
    );
    await expect(sandbox.put([])).rejects.toThrow(SandboxError);
    other.kill('SIGKILL');
    await other.exit;
  });

  test('nothing is left of them', async () => {
    expect(slots()).toHaveLength(2);
    await sandbox[Symbol.asyncDispose]();
    expect(slots()).toEqual([]);
    expect(qemus()).toEqual([]);
    await until(() => openFiles() <= filesBefore, 'descriptors being closed');
  });
});

/** QEMUs of this test, by what their command line says. */
function qemus(): { pid: number; words: string }[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return words.includes(`path=${folder.path}/`) ? [{ pid: Number(pid), words }] : [];
    } catch {
      return [];
    }
  });
}

/** Processes that hold the driver's sandboxes. */
function holders(): number[] {
  const files = readdirSync(sandboxes).filter((name) => name.endsWith('.pid'));
  return files.map((name) => Number.parseInt(readFileSync(join(sandboxes, name), 'utf8'), 10));
}

/** Only vm2 has a network card. */
function pidOf(machine: 'vm1' | 'vm2'): number {
  const found = qemus().find(({ words }) => words.includes('-netdev') === (machine === 'vm2'));
  if (found === undefined) throw new Error(`${machine} does not run`);
  return found.pid;
}

describe('what a sandbox shows of itself', () => {
  test('is not followed where a program put something else', async () => {
    const before = holders();
    await using plain = await driver.create({ id: 'planted', limits });
    const [holder = 0] = holders().filter((pid) => !before.includes(pid));
    const planted = 'ln -s /etc/passwd link; mkfifo pipe; echo > short; mkdir folder';
    expect((await sh(plain, `cd /run/unetmap; ${planted}`)).exit.code).toBe(0);
    const root = await SandboxRoot.of(holder);
    for (const name of ['link', 'pipe', 'short', 'folder', '..', '../../etc/passwd', 'none'])
      await expect(root.file('/run/unetmap', name, 4096), name).rejects.toThrow(SandboxError);
    for (const name of ['link', 'short'])
      await expect(root.connect('/run/unetmap', name), name).rejects.toThrow(SandboxError);
  });

  test('without a VM image, a lab with machines is refused with the command that builds one', async () => {
    const imagesDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
    onTestFinished(() => rmSync(imagesDir, { recursive: true }));
    await using without = new BubblewrapWithMachines({ ...owned.use(bubblewrapOptions()), imagesDir });
    expect(await without.readyMachines()).toMatch(/has virtual machines in it\..* pnpm images build vm/);
    await expect(without.create({ id: 'x', limits, machines: MACHINES })).rejects.toThrow(
      /pnpm images build vm/,
    );
  });
});
