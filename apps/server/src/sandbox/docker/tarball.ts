// SPDX-License-Identifier: BSD-2-Clause
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pack } from 'tar-stream';

export interface TarFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly mode: number;
}

/** Files below a folder, under `prefix`; none for a folder that is not there. Links become what they lead to. */
export async function filesBelow(folder: string, prefix: string): Promise<TarFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const { mode } = await stat(path);
      const content = await readFile(path);
      return { path: join(prefix, path.slice(folder.length)), content, mode: mode & 0o111 ? 0o755 : 0o644 };
    }),
  );
}

/** As root's, in one piece: what is sent to a daemon here is a few MiB. */
export async function tarball(files: readonly TarFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { path, content, mode } of files)
    archive.entry({ name: path, mode, uid: 0, gid: 0 }, Buffer.from(content));
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
