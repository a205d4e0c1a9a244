// SPDX-License-Identifier: BSD-2-Clause

import { type Sandbox, SandboxError } from '@ringlab/labkit';

const LIST = ['find', '.', '-mindepth', '1', '-printf', '%y %m %s %T@ %P\\0'];
const PACK = ['tar', '--no-recursion', '--null', '--files-from=-', '-cf', '-'];
/** Where the pieces of what is brought lie for a moment. */
const FOLDER = '.ringlab-copy';
const UNPACK = `cat ${FOLDER}/* | tar -xf - --warning=no-timestamp`;
const UNPACK_ONE = ['tar', '--warning=no-timestamp', '-xf'];
/** A file request carries no more than 16 MiB. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** Keeps the workspace of a machine as the sandbox's is: what changed there since it was last looked at is brought. */
export class WorkspaceCopy {
  readonly #from: Sandbox;
  readonly #to: Sandbox;
  #brought: ReadonlyMap<string, string> = new Map();
  #last: Promise<unknown> = Promise.resolve();

  constructor(from: Sandbox, to: Sandbox) {
    this.#from = from;
    this.#to = to;
  }

  /** One after the other, for whoever asks. Rejects with SandboxError. */
  bring(): Promise<void> {
    const done = this.#last.then(() => this.#bring());
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #bring(): Promise<void> {
    const there = listed(await output(this.#from, LIST));
    const gone = [...this.#brought.keys()].filter((path) => !there.has(path));
    const changed = [...there].filter(([path, state]) => this.#brought.get(path) !== state);
    if (gone.length > 0) await this.#to.remove(gone);
    if (changed.length > 0) await this.#copy(changed.map(([path]) => path));
    this.#brought = there;
  }

  async #copy(paths: readonly string[]): Promise<void> {
    const tar = await output(this.#from, PACK, paths.map((path) => `${path}\0`).join(''));
    const files = Array.from({ length: Math.ceil(tar.byteLength / PIECE_BYTES) }, (_, i) => ({
      path: `${FOLDER}/${String(i).padStart(4, '0')}`,
      content: tar.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES),
    }));
    await this.#to.put(files);
    const [first] = files;
    // Each program that need not be started there is worth some 60 ms.
    if (files.length === 1 && first !== undefined) await output(this.#to, [...UNPACK_ONE, first.path]);
    else await output(this.#to, ['sh', '-c', UNPACK]);
    await this.#to.remove([FOLDER]);
  }
}

/** What a path is, how large, and when it was changed, by path. A folder is as its entries are. */
function listed(listing: Buffer): Map<string, string> {
  const entries = listing.toString().split('\0').slice(0, -1);
  return new Map(
    entries.flatMap((entry) => {
      const [kind = '', mode = '', bytes = '', time = '', ...path] = entry.split(' ');
      const state = kind === 'd' ? `${kind} ${mode}` : `${kind} ${mode} ${bytes} ${time}`;
      return 'fdl'.includes(kind) ? [[path.join(' '), state] as const] : [];
    }),
  );
}

/** Of a program that ends by itself; a file that goes away meanwhile is no failure. */
async function output(sandbox: Sandbox, argv: readonly string[], input?: string): Promise<Buffer> {
  const process = await sandbox.exec(argv, { timeoutMs: 120_000, env: { LD_PRELOAD: '' } });
  if (input !== undefined) {
    process.write(input);
    process.end();
  }
  const chunks: Uint8Array[] = [];
  const [, exit] = await Promise.all([
    (async () => {
      for await (const chunk of process.output) chunks.push(chunk);
    })(),
    process.exit,
    (async () => {
      for await (const _ of process.errors);
    })(),
  ]);
  if (exit.code === undefined)
    throw new SandboxError(`Bringing files to a machine failed: ${argv[0]} ${exit.words}.`);
  return Buffer.concat(chunks);
}
