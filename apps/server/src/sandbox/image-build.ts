// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SandboxError } from '@ringlab/labkit';
import { z } from 'zod';

/** A line of `pnpm images build SHAPE --json`. */
const progressLine = z.object({ done: z.number().min(0).max(1), title: z.string(), detail: z.string() });
export type ImageProgress = z.infer<typeof progressLine>;

export interface ImageBuild {
  readonly shape: 'container' | 'vm';
  readonly repositoryDir: string;
  readonly imagesDir: string;
  readonly signal: AbortSignal;
  onProgress(progress: ImageProgress): void;
}

/** Builds an image, or finds it as it should be. Rejects with SandboxError, in the words of the command. */
export async function buildImage(build: ImageBuild): Promise<void> {
  const { shape, repositoryDir, imagesDir, signal, onProgress } = build;
  const child = spawn(process.execPath, [join(repositoryDir, 'images/main.ts'), 'build', shape, '--json'], {
    cwd: repositoryDir,
    env: { ...process.env, RINGLAB_IMAGES_DIR: imagesDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const ended = once(child, 'close');
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const progress = progressLine.safeParse(parsed(line));
      if (progress.success) onProgress(progress.data);
    }
    const [code] = await ended;
    signal.throwIfAborted();
    if (code !== 0)
      throw new SandboxError(lastLine(complaint) ?? `The build of the image ended with ${code}.`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').filter(Boolean).at(-1);
}
