// SPDX-License-Identifier: BSD-2-Clause
// What an instructor may add to images, at each of the places that docs/images.md names, and how to see in a guest that it is there.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EPOCH_SECONDS } from '../recipe/recipe.ts';
import { run } from '../run.ts';

/** A command, as the attendee, by which something that was added is seen. */
export interface Sign {
  readonly of: string;
  readonly command: string;
  readonly says: string;
}

/** Fills `extra/all` and `extra/vm`. Nothing of this is in an image otherwise. */
export async function addOfOwn(extra: string): Promise<Sign[]> {
  await rm(extra, { recursive: true, force: true });
  const signs: Sign[] = [];
  for (const place of ['all', 'vm']) {
    const folder = join(extra, place);
    signs.push(await addPackage(place, join(folder, 'packages'), place === 'all' ? 'bc' : undefined));
    signs.push(await addOverlay(place, join(folder, 'overlay')));
    signs.push(await addHook(place, folder));
  }
  return [...signs, await addBoot(join(extra, 'vm/overlay')), NEEDED];
}

/** What the package for all depends on comes from Debian's archives. */
const NEEDED: Sign = { of: 'what a package of all/packages needs', command: 'echo 6*7 | bc', says: '42' };

/** A program, and a script that runs as the package is set up. */
async function addPackage(place: string, packages: string, needs?: string): Promise<Sign> {
  const name = `ringlab-own-${place}`;
  const contents = join(packages, `${name}.contents`);
  await write(join(contents, 'DEBIAN/control'), controlOf(name, needs));
  await write(join(contents, 'DEBIAN/postinst'), `#!/bin/sh\necho ${name} > /etc/${name}\n`);
  await write(join(contents, 'usr/bin', name), `#!/bin/sh\necho "$(cat /etc/${name}) runs"\n`);
  await run(['dpkg-deb', '--build', '--root-owner-group', contents, join(packages, `${name}.deb`)], {
    env: { SOURCE_DATE_EPOCH: String(EPOCH_SECONDS) },
  });
  await rm(contents, { recursive: true });
  return { of: `the package of ${place}/packages`, command: name, says: `${name} runs` };
}

function controlOf(name: string, needs: string | undefined): string {
  const fields = {
    ...{ Package: name, Version: '1:2.0', Architecture: 'all', Maintainer: 'Nobody <nobody@example.org>' },
    ...(needs === undefined ? {} : { Depends: needs }),
    Description: 'Shows that packages of your own are installed',
  };
  return Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
}

/** A file in a folder that the root has as a link, and whose owner must be root. */
async function addOverlay(place: string, overlay: string): Promise<Sign> {
  const path = `lib/ringlab-own-${place}`;
  await write(join(overlay, path), `overlay of ${place}\n`);
  return {
    of: `the overlay of ${place}`,
    command: `cat /usr/${path}; stat -c %U:%a /usr/${path}`,
    says: `overlay of ${place}\nroot:755`,
  };
}

/** Runs a program of the root, and sees package and overlay. */
async function addHook(place: string, folder: string): Promise<Sign> {
  const own = `ringlab-own-${place}`;
  const into = `"$1"/etc/ringlab-hook-${place}`;
  await write(
    join(folder, 'hook.sh'),
    `set -e\nchroot "$1" /usr/bin/${own} > ${into}\nchroot "$1" cat /usr/lib/${own} >> ${into}\n`,
  );
  return {
    of: `the hook of ${place}`,
    command: `cat /etc/ringlab-hook-${place}`,
    says: `${own} runs\noverlay of ${place}`,
  };
}

/** Runs in the guest before anybody may log in. */
async function addBoot(overlay: string): Promise<Sign> {
  await write(
    join(overlay, 'etc/ringlab/boot'),
    '#!/bin/sh\necho "booted as $(id -un)" > /run/ringlab/own\n',
  );
  return {
    of: '/etc/ringlab/boot of an overlay',
    command: 'cat /run/ringlab/own',
    says: 'booted as root',
  };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode: 0o755 });
}
