// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from './contract/inside.ts';
import { HeldFile } from './held-file.ts';
import { type FolderKind, mayRunPrograms, ServerFolder } from './server-folder.ts';

/** Folders that no server on this machine and no other test has. */
function kindOf(): FolderKind {
  return {
    prefix: `ringlab-test-${randomUUID().slice(0, 8)}-`,
    what: 'places',
    firstUser: 1_000_000,
    slotsIn: 'slots',
    slotFiles: (path, slot) => {
      const file = join(path, 'slots', `${slot}`);
      return { pidFile: `${file}.pid`, paths: [`${file}.pid`, `${file}.folder`] };
    },
  };
}

function newDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  return dataDir;
}

function folderOf(kind: FolderKind, dataDir = newDataDir()): ServerFolder {
  const folder = new ServerFolder(kind, dataDir);
  onTestFinished(() => folder.remove());
  return folder;
}

async function process_(argv = ['sleep', '1000']): Promise<ChildProcess & { readonly pid: number }> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: 'ignore' });
  await once(child, 'spawn');
  onTestFinished(() => void child.kill('SIGKILL'));
  return Object.assign(child, { pid: child.pid ?? 0 });
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('knows of each folder whether programs may run there', () => {
  const mounts = [
    'overlay / overlay rw,noatime 0 0',
    'tmpfs /run tmpfs rw,nosuid,nodev,noexec,relatime,mode=755 0 0',
    'tmpfs /run/user/1000 tmpfs rw,nosuid,nodev,relatime 0 0',
    '/dev/loop1 /var ext4 rw,noexec 0 0',
    '/dev/loop2 /var ext4 rw 0 0',
  ].join('\n');
  const may = ['/run', '/run/lock', '/running', '/run/user/1000', '/var/lib', '/tmp'].map((path) =>
    mayRunPrograms(path, mounts),
  );
  expect(may).toEqual([false, false, true, true, true, true]);
});

/** As another server has it that lives; with processes of its own, as in a container, where `apart`. */
async function ownerOf(folder: ServerFolder, apart = false) {
  const owner = join(folder.path, 'owner');
  const world = apart
    ? ['unshare', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc']
    : [];
  const hold = 'echo $$ >> "$0"; exec flock --no-fork "$0" sleep 1000';
  const server = await process_([...world, 'sh', '-c', hold, owner]);
  await until(async () => !(await isFree(owner)), 'an owner');
  return server;
}

async function isFree(owner: string): Promise<boolean> {
  using file = await HeldFile.take(owner);
  return file !== undefined;
}

/** As a server leaves it that was killed while something of its own ran. */
async function abandoned(kind: FolderKind, dataDir?: string) {
  const left = await process_();
  const folder = folderOf(kind, dataDir);
  await folder.take();
  await folder.remember(await folder.takeSlot(), left.pid);
  rmSync(join(folder.path, 'owner'));
  await ended(await ownerOf(folder));
  await until(() => isFree(join(folder.path, 'owner')), 'an end');
  return { folder, leftEnds: once(left, 'exit') };
}

test('slots are the lowest free numbers, and come without what was there before', async () => {
  const folder = folderOf(kindOf());
  await folder.take();
  expect([await folder.takeSlot(), await folder.takeSlot()]).toEqual([0, 1]);
  const [, inSlot = ''] = folder.files(0).paths;
  mkdirSync(join(inSlot, 'deep'), { recursive: true });
  await folder.freeSlot(0);
  expect(existsSync(inSlot)).toBe(false);
  mkdirSync(inSlot);
  expect(await folder.takeSlot()).toBe(0);
  expect(existsSync(inSlot)).toBe(false);
});

test('a slot whose process still runs is left to it', async () => {
  const folder = folderOf(kindOf());
  await folder.take();
  const child = await process_();
  await folder.remember(0, child.pid);
  expect(await folder.takeSlot()).toBe(1);
});

test('freeing a slot ends its process', async () => {
  const folder = folderOf(kindOf());
  await folder.take();
  const child = await process_();
  const exit = once(child, 'exit');
  await folder.remember(await folder.takeSlot(), child.pid);
  await folder.freeSlot(0);
  expect(await exit).toEqual([null, 'SIGKILL']);
});

test.for([
  { where: 'on this machine', apart: false },
  { where: 'in a container that shares no process with this one', apart: true },
])('belongs to one living server, $where', async ({ apart }) => {
  const folder = folderOf(kindOf());
  mkdirSync(folder.path);
  const other = await ownerOf(folder, apart);
  await expect(folder.take()).rejects.toThrow(
    `Another server (process ${apart ? 1 : other.pid}) uses the same data folder.`,
  );
  expect(await folderOf(kindOf()).sweepOthers()).toEqual([]);
  await ended(other);
  await until(() => isFree(join(folder.path, 'owner')), 'an end');
  await folder.take();
});

test('is had by whoever asks in this process, and by nobody else', async () => {
  const folder = folderOf(kindOf());
  await Promise.all([folder.take(), folder.take()]);
  await folder.take();
  expect(await isFree(join(folder.path, 'owner'))).toBe(false);
});

test('the next server on the same data folder ends what the last one left', async () => {
  const [kind, dataDir] = [kindOf(), newDataDir()];
  const { folder, leftEnds } = await abandoned(kind, dataDir);
  await folderOf(kind, dataDir).take();
  expect(await leftEnds).toEqual([null, 'SIGKILL']);
  expect(existsSync(folder.files(0).pidFile)).toBe(false);
});

test('a server on another data folder removes it whole, and what lives or is just being made stays', async () => {
  const kind = kindOf();
  const { folder: dead, leftEnds } = await abandoned(kind);
  const [living, unfinished, own] = [folderOf(kind), folderOf(kind), folderOf(kind)];
  for (const folder of [living, unfinished, own]) await folder.take();
  rmSync(join(unfinished.path, 'owner'));
  expect(await own.sweepOthers()).toEqual([dead.name]);
  expect(await leftEnds).toEqual([null, 'SIGKILL']);
  expect([dead, living, unfinished].map(({ path }) => existsSync(path))).toEqual([false, true, true]);
});

test('a removal that was cut short is finished by the next one', async () => {
  const kind = kindOf();
  const { folder: dead, leftEnds } = await abandoned(kind);
  const cutShort = `${dead.path}.dead`;
  mkdirSync(join(cutShort, 'slots'), { recursive: true });
  expect(await folderOf(kind).sweepOthers()).toEqual([dead.name]);
  expect(await leftEnds).toEqual([null, 'SIGKILL']);
  expect([dead.path, cutShort].map((path) => existsSync(path))).toEqual([false, false]);
});

test('one whose name only begins alike is another driver’s', async () => {
  const kind = kindOf();
  const { folder } = await abandoned({ ...kind, prefix: `${kind.prefix}other-` });
  expect(await folderOf(kind).sweepOthers()).toEqual([]);
  expect(existsSync(folder.path)).toBe(true);
});

test.runIf(process.getuid?.() === 0)('each slot has a user that no other slot of any folder has', () => {
  const kind = kindOf();
  const users = [folderOf(kind), folderOf(kind)].map((folder) => [folder.user(0), folder.user(1)]);
  expect(new Set(users.flat()).size).toBe(4);
});
