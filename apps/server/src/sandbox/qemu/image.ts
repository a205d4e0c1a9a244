// SPDX-License-Identifier: BSD-2-Clause

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SandboxError } from '@ringlab/labkit';
import { z } from 'zod';

/** What a virtual machine starts from; docs/images.md draws it. */
export interface VmImage {
  readonly digest: string;
  readonly kernel: string;
  readonly initramfs: string;
  readonly root: string;
}

const manifest = z.object({
  digest: z.string().min(8),
  files: z.array(z.object({ name: z.string(), bytes: z.number() })),
});

const MEND = 'Build it: pnpm images build vm';

/** Rejects with SandboxError when there is none, or not as it was built. */
export async function vmImage(imagesDir: string): Promise<VmImage> {
  const folder = join(imagesDir, 'vm');
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) throw new SandboxError(`There is no VM image in ${folder}. ${MEND}`);
  const { digest, files } = readManifest(text, folder);
  for (const { name, bytes } of files) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.size !== bytes) throw damaged(join(folder, name));
  }
  const path = (name: string) => join(folder, name);
  return { digest, kernel: path('vmlinux'), initramfs: path('initramfs'), root: path('root.squashfs') };
}

function readManifest(text: string, folder: string): z.infer<typeof manifest> {
  try {
    return manifest.parse(JSON.parse(text));
  } catch {
    throw damaged(join(folder, 'manifest.json'));
  }
}

function damaged(path: string): SandboxError {
  return new SandboxError(`The VM image is damaged: ${path} is not what was built. ${MEND}`);
}
