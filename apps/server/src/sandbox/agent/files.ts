// SPDX-License-Identifier: BSD-2-Clause
import { SandboxError, type SandboxFile } from '@ringlab/labkit';
import { Connection } from './connection.ts';
import type { Dial } from './dial.ts';
import { type Frame, Kind } from './wire.ts';

/** File requests to a worker in the sandbox, answered in order. Nothing of the sandbox's files is opened by the server. */
export class FileChannel implements Disposable {
  readonly #answers: ((frame: Frame | undefined) => void)[] = [];
  #connection!: Connection;

  private constructor() {}

  static async open(dial: Dial): Promise<FileChannel> {
    const channel = new FileChannel();
    channel.#connection = await Connection.open(
      dial,
      (frame) => channel.#answers.shift()?.(frame),
      () => channel.#closed(),
    );
    return channel;
  }

  async put(file: SandboxFile): Promise<void> {
    const content = typeof file.content === 'string' ? Buffer.from(file.content) : file.content;
    await this.#ask(Kind.put, Buffer.concat([pathBytes(file.path), Buffer.from([0]), content]));
  }

  /** Undefined when it is not there. */
  async get(path: string): Promise<SandboxFile | undefined> {
    const answer = await this.#ask(Kind.get, pathBytes(path));
    return answer.kind === Kind.missing ? undefined : { path, content: answer.body };
  }

  async remove(path: string): Promise<void> {
    await this.#ask(Kind.remove, pathBytes(path));
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  async #ask(kind: number, body: Uint8Array): Promise<Frame> {
    const answer = new Promise<Frame | undefined>((resolve) => this.#answers.push(resolve));
    this.#connection.send(kind, body);
    const frame = await answer;
    if (frame === undefined)
      throw new SandboxError('The sandbox ended while its files were read or written.');
    if (frame.kind === Kind.failed) throw new SandboxError(frame.body.toString());
    return frame;
  }

  #closed(): void {
    for (const answer of this.#answers.splice(0)) answer(undefined);
  }
}

function pathBytes(path: string): Buffer {
  if (
    path === '' ||
    path.startsWith('/') ||
    path.includes('\0') ||
    path.split('/').some((part) => part === '..' || part === '.' || part === '')
  )
    throw new SandboxError(`${JSON.stringify(path)} is no path inside the workspace.`);
  return Buffer.from(path);
}
