// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from '../../../tools/prepare/children.mjs';
import type { AptSources } from './apt-sources.ts';

/** Fetched as apt fetches, proxies and all: it alone knows how this machine reaches its archives. */
const FETCH = [
  '/usr/lib/apt/apt-helper',
  '-o',
  'Acquire::Retries=0',
  '-o',
  'Acquire::http::Timeout=10',
  'download-file',
];

/** Words if Debian's archive does not answer; undefined if it does, and the fault must be another. */
export async function unreachable({ lines }: AptSources, work: string): Promise<string | undefined> {
  const [uri = '', release = ''] = lines[0]?.split(' ').filter((word) => !/[[\]=]|^deb$/.test(word)) ?? [];
  const folder = mkdtempSync(join(work, 'reach-'));
  try {
    const argv = [
      ...FETCH,
      `${uri.replace(/\/$/, '')}/dists/${release}/InRelease`,
      join(folder, 'InRelease'),
    ];
    const { code, tail } = await runQuietly(argv);
    if (code === 0) return undefined;
    return `No network: Debian's packages cannot be reached at ${uri} (${tail.split('\n').at(-1)}). Connect this machine, then try again; what was finished is kept.`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
