// SPDX-License-Identifier: BSD-2-Clause
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { SandboxError } from '@ringlab/labkit';
import { z } from 'zod';
import { ImageFault, startingImage } from '../image.ts';
import { jsonIn } from '../json-text.ts';
import { type Daemon, isMissing } from './daemon.ts';

const REPOSITORY = 'ringlab-root';
const ROOT = 'root.tar';
const REMEDY = 'pnpm images build container';

const importAnswer = z.object({ status: z.string().optional(), error: z.string().optional() });

/**
 * The container image as an image of the daemon: imported once for each digest.
 * Returns its id. Rejects with SandboxError, whose message says how to get one.
 */
export async function importedImage(daemon: Daemon, imagesDir: string): Promise<string> {
  const image = await startingImage('container', imagesDir);
  const tag = image.manifest.digest.slice(0, 16);
  const known = await idOf(daemon, `${REPOSITORY}:${tag}`);
  if (known !== undefined) return known;
  await importRoot(daemon, image.path(ROOT), tag);
  const id = await idOf(daemon, `${REPOSITORY}:${tag}`);
  if (id === undefined) throw damaged(`the Docker daemon made no image of ${image.path(ROOT)}`);
  return id;
}

async function idOf(daemon: Daemon, name: string): Promise<string | undefined> {
  return daemon.ask(async (docker) => {
    try {
      return (await docker.getImage(name).inspect()).Id;
    } catch (fault) {
      if (isMissing(fault)) return undefined;
      throw fault;
    }
  });
}

async function importRoot(daemon: Daemon, path: string, tag: string): Promise<void> {
  await daemon.ask(async (docker) => {
    const answers = (await docker
      .importImage(createReadStream(path), { repo: REPOSITORY, tag })
      .catch((fault: Error) => {
        throw faultOf(daemon, fault);
      })) as Readable;
    let text = '';
    for await (const chunk of answers) text += chunk.toString();
    for (const line of text.split('\n')) {
      const { error } = importAnswer.safeParse(jsonIn(line)).data ?? {};
      if (error !== undefined) throw faultOf(daemon, new Error(error));
    }
  });
}

/** The daemon's own troubles are not the image's. */
function faultOf(daemon: Daemon, fault: Error): SandboxError {
  const isTheImages = /processing tar file/i.test(fault.message) && !/no space left/i.test(fault.message);
  if (!isTheImages) return new SandboxError(daemon.explain(fault));
  return damaged(`the Docker daemon cannot import it (${fault.message})`);
}

function damaged(what: string): ImageFault {
  return new ImageFault(`The container image is damaged: ${what}. Build it again: ${REMEDY} --fresh`);
}
