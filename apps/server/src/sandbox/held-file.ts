// SPDX-License-Identifier: BSD-2-Clause
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';

/** Of `flock -n` where somebody else has it. */
const HELD = 1;

/**
 * A file that one process holds until it lets go or ends, however it ends. Unlike by a process's id, that is seen from every
 * container that shares the file: they may have no process in common.
 */
export class HeldFile implements Disposable {
  readonly path: string;
  readonly #fd: number;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  /** Makes it where it is missing. Undefined while somebody holds it, be it in this process. */
  static async take(path: string): Promise<HeldFile | undefined> {
    for (;;) {
      const file = new HeldFile(path, openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600));
      if (!(await file.#lock())) {
        file[Symbol.dispose]();
        return undefined;
      }
      // Whoever held it before may have removed it.
      if (file.isThere()) return file;
      file[Symbol.dispose]();
    }
  }

  /** Whether its path still leads to it. */
  isThere(): boolean {
    const found = statSync(this.path, { throwIfNoEntry: false });
    return found !== undefined && found.ino === fstatSync(this.#fd).ino;
  }

  /** In place of what was in it. */
  write(text: string): void {
    ftruncateSync(this.#fd);
    writeSync(this.#fd, text, 0);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  /** The lock is the open file's, not the process's that asked for it: it stays for as long as ours is open. */
  async #lock(): Promise<boolean> {
    const asking = spawn('flock', ['-n', '3'], {
      stdio: ['ignore', 'ignore', 'pipe', this.#fd],
      env: { PATH: `${process.env.PATH ?? ''}:/usr/bin:/bin` },
    });
    let words = '';
    asking.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words += text;
    });
    const [code] = await once(asking, 'close');
    if (code !== 0 && code !== HELD) throw new Error(`${this.path} cannot be locked: ${words.trim()}`);
    return code === 0;
  }
}
