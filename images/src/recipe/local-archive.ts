// SPDX-License-Identifier: BSD-2-Clause
import { execFile } from 'node:child_process';
import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { digestOfFile } from '../image/digest.ts';

export interface LocalArchive {
  /** For a sources.list; none where there are no packages. */
  readonly lines: readonly string[];
  /** As apt is asked for them: `name=version`. */
  readonly packages: readonly string[];
}

/**
 * .deb files as an archive in a folder of its own, so that apt finds them, and what they need, as it finds all others.
 * Its form: https://wiki.debian.org/DebianRepository/Format#Flat_Repository_Format
 */
export async function localArchive(debs: readonly string[], folder: string): Promise<LocalArchive> {
  await rm(folder, { recursive: true, force: true });
  if (debs.length === 0) return { lines: [], packages: [] };
  await mkdir(folder, { recursive: true });
  const entries: string[] = [];
  const packages: string[] = [];
  for (const deb of debs) {
    await copyFile(deb, join(folder, basename(deb)));
    entries.push(await entryOf(deb));
    packages.push(`${await fieldsOf(deb, 'Package')}=${await fieldsOf(deb, 'Version')}`);
  }
  await writeFile(join(folder, 'Packages'), `${entries.join('\n\n')}\n`);
  return { lines: [`deb [trusted=yes] copy:${folder} ./`], packages };
}

async function entryOf(deb: string): Promise<string> {
  const { size } = await stat(deb);
  const about = [`Filename: ./${basename(deb)}`, `Size: ${size}`, `SHA256: ${await digestOfFile(deb)}`];
  return [await fieldsOf(deb), ...about].join('\n');
}

/** All of them, as they are in the package, or the value of one. */
async function fieldsOf(deb: string, ...names: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('dpkg-deb', ['--field', deb, ...names]);
  return stdout.trim();
}
