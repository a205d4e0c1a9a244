// SPDX-License-Identifier: BSD-2-Clause
// What others may know of images: where one is, that it is whole, and what to do when it is not.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfFile, digestOfFiles } from './digest.ts';
import { type Manifest, manifestSchema, type Shape } from './manifest.ts';

export { type Manifest, SHAPES, type Shape } from './manifest.ts';

/** Where `pnpm images build` puts images unless `RINGLAB_IMAGES_DIR` says otherwise. */
export const IMAGES_FOLDER = join(import.meta.dirname, '../../build');

export interface Image {
  readonly manifest: Manifest;
  /** Absolute path of one of its files, by the name in the manifest. */
  path(name: string): string;
}

export class ImageFault extends Error {
  override readonly name = 'ImageFault';
  readonly kind: 'missing' | 'corrupt';
  constructor(kind: 'missing' | 'corrupt', message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * An image whose files are there and as long as they should be; contents are what `verifyImage` reads.
 * Rejects with ImageFault, whose message says what to do.
 */
export async function openImage(shape: Shape, imagesFolder = IMAGES_FOLDER): Promise<Image> {
  const folder = join(imagesFolder, shape);
  const manifest = await readManifest(shape, folder);
  for (const { name, bytes } of manifest.files) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.size !== bytes)
      throw corrupt(
        shape,
        `${join(folder, name)} ${found === undefined ? 'is not there' : lengthFault(found.size, bytes)}`,
      );
  }
  return { manifest, path: (name) => join(folder, name) };
}

/** Reads the whole image and compares digests; seconds for a large one. Rejects with ImageFault. */
export async function verifyImage(shape: Shape, imagesFolder = IMAGES_FOLDER): Promise<Image> {
  const image = await openImage(shape, imagesFolder);
  for (const { name, sha256 } of image.manifest.files)
    if ((await digestOfFile(image.path(name))) !== sha256)
      throw corrupt(shape, `${image.path(name)} is not what was built (its SHA-256 differs)`);
  return image;
}

async function readManifest(shape: Shape, folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) throw missing(shape, folder);
  const manifest = manifestSchema.safeParse(parseJson(text));
  if (!manifest.success || manifest.data.shape !== shape)
    throw corrupt(shape, `${join(folder, 'manifest.json')} is no manifest`);
  if (digestOfFiles(manifest.data.files) !== manifest.data.digest)
    throw corrupt(shape, `${join(folder, 'manifest.json')} contradicts itself`);
  return manifest.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function missing(shape: Shape, folder: string): ImageFault {
  return new ImageFault(
    'missing',
    `There is no ${NAMES[shape]} in ${folder}. Build it: pnpm images build ${shape}`,
  );
}

function corrupt(shape: Shape, what: string): ImageFault {
  return new ImageFault(
    'corrupt',
    `The ${NAMES[shape]} is damaged: ${what}. Build it again: pnpm images build ${shape} --fresh`,
  );
}

const NAMES: Readonly<Record<Shape, string>> = {
  container: 'container image',
  vm: 'VM image',
  live: 'live image',
};

function lengthFault(bytes: number, expectedBytes: number): string {
  return `has ${bytes} bytes instead of ${expectedBytes}`;
}
