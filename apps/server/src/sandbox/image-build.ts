// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SandboxError } from '@ringlab/labkit';
import { z } from 'zod';
import { jsonIn } from './json-text.ts';

/** A line of `pnpm images build SHAPE --json`. */
const progressLine = z.object({ done: z.number().min(0).max(1), title: z.string(), detail: z.string() });
export type ImageProgress = z.infer<typeof progressLine>;

export type ImageShape = 'container' | 'vm';

export interface ImageBuild {
  readonly shape: ImageShape;
  readonly repositoryDir: string;
  readonly imagesDir: string;
  readonly signal: AbortSignal;
  onProgress(progress: ImageProgress): void;
}

/** Builds an image, or finds it as it should be. Rejects with SandboxError, in the words of the command. */
export async function buildImage(build: ImageBuild): Promise<void> {
  const { shape, repositoryDir, imagesDir, signal, onProgress } = build;
  const child = spawn(process.execPath, [join(repositoryDir, 'images/main.ts'), 'build', shape, '--json'], {
    env: { ...process.env, RINGLAB_IMAGES_DIR: imagesDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (fault) => resolve(fault.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : `ended with ${code}`));
  });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const progress = progressLine.safeParse(jsonIn(line));
      if (progress.success) onProgress(progress.data);
    }
    const failure = await ended;
    signal.throwIfAborted();
    if (failure !== undefined)
      throw new SandboxError(firstComplaint(complaint) ?? `The build of the image failed: it ${failure}.`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What a program of ours complains about is its last line; what Node does, the one that names the error. */
function firstComplaint(text: string): string | undefined {
  const lines = text.trim().split('\n').filter(Boolean);
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
}
