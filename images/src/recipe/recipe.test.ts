// SPDX-License-Identifier: BSD-2-Clause
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aptSources, sourcesOf } from './apt-sources.ts';
import { cpio, FILE_MODE, FOLDER_MODE } from './cpio.ts';
import { unpackKernel } from './kernel.ts';
import { loadingOrder } from './kernel-modules.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringlab-recipe-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('apt-sources', () => {
  const row = (origin: string, codename: string, uri: string, release: string): string =>
    `${origin}|${codename}|${uri}|${release}|main`;

  it("takes Debian's archives of one release, and no other vendor's", () => {
    const targets = [
      row('Debian', 'bookworm', 'http://a.example/debian/', 'bookworm'),
      row('Debian', 'bookworm-updates', 'http://a.example/debian/', 'bookworm-updates'),
      row('Debian', 'trixie', 'http://a.example/debian/', 'trixie'),
      row('Else', 'bookworm', 'http://b.example/', 'bookworm'),
    ].join('\n');
    const { lines, release } = sourcesOf(targets);
    expect(release).toBe('bookworm');
    expect(lines.map((line) => line.split(' ').at(-2))).toEqual(['bookworm', 'bookworm-updates']);
  });

  it('says what to do where apt knows no Debian', async () => {
    expect(() => sourcesOf(row('Ubuntu', 'noble', 'http://c.example/', 'noble'))).toThrow(
      'RINGLAB_IMAGES_APT_SOURCES=debian.list',
    );
    await expect(aptSources({ RINGLAB_IMAGES_APT_SOURCES: join(folder, 'none') })).rejects.toThrow(
      'which cannot be read',
    );
  });
});

describe('cpio', () => {
  it('is unpacked by cpio to what went in', () => {
    const content = Buffer.from('five\n');
    const archive = cpio(
      [
        { name: 'a', mode: FOLDER_MODE },
        { name: 'a/file', mode: FILE_MODE, content },
      ],
      1_000_000_000,
    );
    execFileSync('cpio', ['-i', '--quiet', '-m'], { cwd: folder, input: archive });
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(join(folder, 'a/file'), 'utf8')).toBe('five\n');
    expect(statSync(join(folder, 'a/file')).mtimeMs).toBe(1_000_000_000_000);
  });
});

describe('kernel', () => {
  /** A bzImage as far as its header goes, with a payload behind one setup sector. */
  function bzImage(payload: Buffer): string {
    const image = Buffer.alloc(1024);
    image.writeUInt8(1, 0x1f1);
    image.writeUInt32LE(0, 0x248);
    image.writeUInt32LE(payload.length, 0x24c);
    const path = join(folder, 'bzImage');
    writeFileSync(path, Buffer.concat([image, payload, Buffer.alloc(64, 0xff)]));
    return path;
  }
  const elf = Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(100, 7)]);

  it('is unpacked, the length behind it left out', async () => {
    const to = join(folder, 'vmlinux');
    await unpackKernel(bzImage(Buffer.concat([gzipSync(elf), Buffer.from([104, 0, 0, 0])])), to);
    expect(readFileSync(to)).toEqual(elf);
  });

  it('is refused when it is packed in an unknown way, or is none', async () => {
    const to = join(folder, 'vmlinux');
    await expect(unpackKernel(bzImage(Buffer.from('????')), to)).rejects.toThrow('is not known (3f3f3f3f)');
    await expect(unpackKernel(bzImage(gzipSync('no kernel')), to)).rejects.toThrow('found no kernel');
  });
});

describe('kernel-modules', () => {
  const dependencies =
    'd/virtio_pci.ko: d/legacy.ko d/virtio.ko d/ring.ko\nd/legacy.ko:\nd/virtio.ko: d/ring.ko\nd/ring.ko:\nd/blk.ko: d/virtio.ko d/ring.ko\n';

  it('loads what a module needs before it, and nothing twice', () => {
    const order = loadingOrder(['virtio_pci', 'blk'], dependencies);
    expect(order.toSorted()).toEqual([
      'd/blk.ko',
      'd/legacy.ko',
      'd/ring.ko',
      'd/virtio.ko',
      'd/virtio_pci.ko',
    ]);
    expect(order.indexOf('d/ring.ko')).toBeLessThan(order.indexOf('d/virtio.ko'));
    expect(order.indexOf('d/virtio.ko')).toBeLessThan(order.indexOf('d/virtio_pci.ko'));
  });

  it('names a module that the kernel does not have', () => {
    expect(() => loadingOrder(['nosuch'], dependencies)).toThrow('no module nosuch');
  });
});
