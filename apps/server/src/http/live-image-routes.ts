// SPDX-License-Identifier: BSD-2-Clause
import { stat } from 'node:fs/promises';
import { type Image, ImageFault, openImage, verifyImage } from '@ringlab/images';
import type { LiveImage, Person } from '@ringlab/protocol';
import { Refusal } from '../refusal.ts';
import { FileAnswer, type Route, type SignedInCall, signedInRoute } from './routes.ts';

const FILE = 'ringlab.iso';
const FILE_PATH = `/api/live-image/${FILE}`;

/** The whole of Ringlab for a laptop without a network, for everybody in the course. */
export function liveImageRoutes(imagesDir: string): readonly Route[] {
  const images = new WholeImages(imagesDir);
  const live = ({ person }: SignedInCall<unknown>): Promise<Image> =>
    images.live().catch((fault: unknown) => {
      throw fault instanceof ImageFault ? refusalFor(person, fault) : fault;
    });
  const about = async (call: SignedInCall<unknown>): Promise<LiveImage> => {
    const { files, release } = (await live(call)).manifest;
    const [file] = files.filter(({ name }) => name === FILE);
    if (file === undefined) throw new Refusal('no-such-file', `The live image has no ${FILE}.`);
    return { path: FILE_PATH, bytes: file.bytes, sha256: file.sha256, release };
  };
  return [
    signedInRoute('get', '/api/live-image', 'attendee', about),
    signedInRoute(
      'get',
      FILE_PATH,
      'attendee',
      async (call) => new FileAnswer((await live(call)).path(FILE)),
    ),
  ];
}

/** Where it should lie on the server, and how it is built, helps an instructor only. */
function refusalFor({ role }: Person, { message }: ImageFault): Refusal {
  return new Refusal(
    'no-such-file',
    role === 'instructor' ? message : 'There is no live image to download yet. Ask your instructor for it.',
  );
}

/** Reads an image whole once for each time that it was built: a damaged one is never handed out. */
class WholeImages {
  readonly #folder: string;
  #known: { readonly mark: string; readonly image: Promise<Image> } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async live(): Promise<Image> {
    const image = await openImage('live', this.#folder);
    const { mtimeMs, size } = await stat(image.path(FILE));
    const mark = `${image.manifest.digest} ${mtimeMs} ${size}`;
    if (this.#known?.mark !== mark) this.#known = { mark, image: verifyImage('live', this.#folder) };
    return this.#known.image;
  }
}
