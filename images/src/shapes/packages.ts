// SPDX-License-Identifier: BSD-2-Clause
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../image/manifest.ts';
import { unpackSome } from '../recipe/tar.ts';

export interface Packages {
  readonly packages: Manifest['packages'];
  readonly architecture: string;
}

/** What dpkg says is installed in a root's tarball. */
export async function packagesIn(rootTar: string): Promise<Packages> {
  const folder = await mkdtemp(join(tmpdir(), 'ringlab-dpkg-'));
  try {
    await unpackSome(rootTar, ['./var/lib/dpkg/status'], folder);
    return installed(await readFile(join(folder, 'var/lib/dpkg/status'), 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** From the text of dpkg's `status`. */
export function installed(status: string): Packages {
  const all = status.split('\n\n').filter((text) => /^Status: install ok installed$/m.test(text));
  const packages = all.map((text) => ({ name: field(text, 'Package'), version: field(text, 'Version') }));
  const architecture = all.map((text) => field(text, 'Architecture')).find((name) => name !== 'all') ?? 'all';
  return { packages: packages.sort((a, b) => (a.name < b.name ? -1 : 1)), architecture };
}

function field(text: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
}
