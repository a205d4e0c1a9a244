// SPDX-License-Identifier: BSD-2-Clause
import { readFileSync } from 'node:fs';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { run } from '../run.ts';

export interface AptSources {
  /** Lines as of sources.list. */
  readonly lines: readonly string[];
  readonly release: string;
}

const FORMAT = '$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Debian's archives as this machine reads them, or those of the file in `RINGLAB_IMAGES_APT_SOURCES`. */
export async function aptSources(environment: NodeJS.ProcessEnv = process.env): Promise<AptSources> {
  const file = environment.RINGLAB_IMAGES_APT_SOURCES;
  if (file !== undefined) return parseSources(file, readSources(file));
  const targets = await run(['apt-get', 'indextargets', '--format', FORMAT, 'Created-By: Packages']);
  return sourcesOf(targets);
}

/** From lines of `apt-get indextargets` in FORMAT; other vendors' archives are left out. */
export function sourcesOf(targets: string): AptSources {
  const rows = targets.split('\n').map((line) => line.split('|'));
  const debian = rows.filter(([origin, , , , component]) => origin === 'Debian' && component === 'main');
  const [, codename] = debian.find(([, name]) => /^[a-z]+$/.test(name ?? '')) ?? [];
  const own = debian.filter(([, name]) => codename !== undefined && name?.startsWith(codename));
  const lines = own.map(([, , uri, release]) => `deb [signed-by=${KEYRING}] ${uri} ${release} main`);
  if (codename === undefined || lines.length === 0) throw new Stop(NO_DEBIAN);
  return { lines: [...new Set(lines)], release: codename };
}

const NO_DEBIAN = `Images are made of Debian's packages, and apt on this machine knows none of Debian's archives.
On Debian, run apt-get update once. Elsewhere write a sources.list of Debian, and name it:
  RINGLAB_IMAGES_APT_SOURCES=debian.list pnpm images build`;

function readSources(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Stop(`RINGLAB_IMAGES_APT_SOURCES names ${file}, which cannot be read.`);
  }
}

function parseSources(file: string, text: string): AptSources {
  const lines = text.split('\n').filter((line) => /^deb\s/.test(line));
  const release = /^deb\s+(?:\[[^\]]*\]\s+)?\S+\s+([a-z]+)\s/.exec(lines[0] ?? '')?.[1];
  if (release === undefined)
    throw new Stop(`${file} holds no line like: deb http://MIRROR/debian bookworm main`);
  return { lines, release };
}
