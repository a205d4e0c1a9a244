// SPDX-License-Identifier: BSD-2-Clause
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'vite';

const WEB = join(import.meta.dirname, 'web');
const OUT = join(import.meta.dirname, '../dist');

/** What a browser may ask for, compressed as Ringlab's own files are: by the name in the URL. */
export async function buildBarePages(): Promise<Map<string, Buffer>> {
  await build({
    root: WEB,
    logLevel: 'error',
    configFile: false,
    worker: { format: 'es' },
    build: {
      outDir: OUT,
      emptyOutDir: true,
      target: 'es2023',
      rolldownOptions: { input: ['terminal.html', 'monaco.html'].map((name) => join(WEB, name)) },
    },
  });
  const names = (await readdir(OUT, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const paths = names.map((entry) => join(entry.parentPath, entry.name));
  const entries = paths.map(
    async (path) => [path.slice(OUT.length), compress(await readFile(path))] as const,
  );
  return new Map(await Promise.all(entries));
}

export function compress(content: Buffer): Buffer {
  return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
}
