// SPDX-License-Identifier: BSD-2-Clause
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { type Picture, pictureOf } from './picture.ts';

const PROMPT = '(qemu) ';

/** What somebody who sits before a machine sees and does, through QEMU's monitor: a line a command, then the prompt. */
export class Screen implements Disposable {
  readonly #socket: Socket;
  #said = '';
  #heard = (): void => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#said += text;
      this.#heard();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#heard());
  }

  /** `path`: of the monitor's socket. */
  static async open(path: string): Promise<Screen> {
    const socket = connect({ path });
    await once(socket, 'connect');
    const screen = new Screen(socket);
    await screen.#prompt();
    return screen;
  }

  /** By QEMU's names of keys: `a`, `ret`, `shift-a`. */
  async press(keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#ask(`sendkey ${key}`);
  }

  async picture(scratch: string): Promise<Picture> {
    await this.#ask(`screendump ${scratch}`);
    return pictureOf(await readFile(scratch));
  }

  /** As a PNG, for people. */
  async keep(path: string): Promise<void> {
    await this.#ask(`screendump ${path} -f png`);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  async #ask(command: string): Promise<void> {
    this.#said = '';
    this.#socket.write(`${command}\n`);
    await this.#prompt();
    const refusal = /^Error: .*|^.*Try "help.*/m.exec(this.#said);
    if (refusal !== null) throw new Error(`QEMU refused ${command}: ${refusal[0].trim()}`);
  }

  /** The command is echoed, and the prompt ends what it had to say. */
  async #prompt(): Promise<void> {
    while (!this.#said.endsWith(PROMPT)) {
      if (this.#socket.destroyed) throw new Error('The virtual machine ended.');
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }
}
