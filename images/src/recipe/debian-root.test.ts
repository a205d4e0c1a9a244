// SPDX-License-Identifier: BSD-2-Clause
// With the real mmdebstrap, Debian's real packages, and a root of two of them.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { digestOfFile } from '../image/digest.ts';
import { doStage } from '../stages/stage.ts';
import { workshopIn } from '../workshop.ts';
import { type AptSources, aptSources } from './apt-sources.ts';
import { debianRoot } from './debian-root.ts';
import { squash } from './squash.ts';
import { unpackSome } from './tar.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringlab-root-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A root and its squashfs, made in a folder of their own; the paths of both. */
async function build(
  name: string,
  overlay: string,
  sources: AptSources,
  debs: readonly string[] = [],
): Promise<string[]> {
  const workshop = workshopIn(join(folder, name));
  const stage = debianRoot(
    {
      ...{ name: 'tiny', title: 'Tiny', packages: ['base-files', 'busybox-static'], isOnlyUnpacked: true },
      ...{ overlays: [overlay], debs, hooks: ['echo hooked > "$1"/etc/hooked'], hookPaths: [] },
      ...{ weight: 1, diskBytes: 0 },
    },
    sources,
    workshop,
  );
  mkdirSync(workshop.work, { recursive: true });
  await doStage(stage, workshop.stamps, () => {});
  const disk = join(workshop.images, 'root.squashfs');
  await squash(stage.output, [], disk);
  return [stage.output, disk];
}

/** A folder to be copied over the root, as one clone of it or another has it. */
function overlayOf(name: string, mode: number): string {
  const overlay = join(folder, name);
  mkdirSync(join(overlay, 'etc'), { recursive: true });
  writeFileSync(join(overlay, 'etc/motd'), 'Hello, attendee.\n');
  chmodSync(join(overlay, 'etc/motd'), mode);
  return overlay;
}

/** A package that no archive has, as an instructor puts it into `packages`. */
function packageOf(name: string): string {
  const contents = join(folder, name);
  mkdirSync(join(contents, 'DEBIAN'), { recursive: true });
  mkdirSync(join(contents, 'opt'), { recursive: true });
  writeFileSync(join(contents, 'opt', name), 'of our own\n');
  const about = {
    Package: name,
    Version: '1:2.0',
    Architecture: 'all',
    Maintainer: 'Nobody <a@example.org>',
  };
  const fields = Object.entries({ ...about, Description: 'Nothing' }).map(
    ([key, value]) => `${key}: ${value}\n`,
  );
  writeFileSync(join(contents, 'DEBIAN/control'), fields.join(''));
  const deb = join(folder, `${name}.deb`);
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', contents, deb], {
    stdio: 'ignore',
    env: { ...process.env, SOURCE_DATE_EPOCH: '1767225600' },
  });
  return deb;
}

it('gives the same bytes twice from the same inputs, wherever it is made, and holds what was added', async () => {
  const sources = await aptSources();
  const debs = [packageOf('ours')];
  const [tar = '', disk = ''] = await build('first', overlayOf('clone', 0o644), sources, debs);
  const [otherTar = '', otherDisk = ''] = await build('second', overlayOf('other', 0o664), sources, debs);
  expect(await digestOfFile(otherTar)).toBe(await digestOfFile(tar));
  expect(await digestOfFile(otherDisk)).toBe(await digestOfFile(disk));

  await unpackSome(tar, ['./etc/motd', './etc/hooked', './etc/hostname', './opt/ours'], folder);
  expect(readFileSync(join(folder, 'opt/ours'), 'utf8')).toBe('of our own\n');
  expect(readFileSync(join(folder, 'etc/motd'), 'utf8')).toBe('Hello, attendee.\n');
  expect(readFileSync(join(folder, 'etc/hooked'), 'utf8')).toBe('hooked\n');
  expect(readFileSync(join(folder, 'etc/hostname'), 'utf8')).toBe('ringlab\n');
}, 600_000);

it('says that there is no network when the archive does not answer', async () => {
  const sources = {
    lines: ['deb [trusted=yes] http://127.0.0.1:9/debian bookworm main'],
    release: 'bookworm',
  };
  const building = build('first', overlayOf('clone', 0o644), sources);
  await expect(building).rejects.toThrow(
    "No network: Debian's packages cannot be reached at http://127.0.0.1:9/debian",
  );
}, 300_000);
