// SPDX-License-Identifier: BSD-2-Clause

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { SandboxError } from '@ringlab/labkit';
import { z } from 'zod';
import { jsonIn } from '../json-text.ts';

/*
 * QEMU's control protocol, QMP: a JSON object a line, one answer a command, events in between (QEMU's docs/interop/qmp-spec).
 * Its few rules are less than any client of it.
 */

/** One that waits for somebody on another socket takes connections, and does not greet. */
const GREETING_TIMEOUT_MS = 5000;

const message = z.union([
  z.object({ return: z.unknown() }),
  z.object({ error: z.object({ class: z.string(), desc: z.string() }) }),
  z.object({ event: z.string() }),
  z.object({ QMP: z.unknown() }),
]);

type Answer = { readonly value: unknown } | { readonly why: string };

export class Qmp implements Disposable {
  readonly #socket: Socket;
  readonly #answers: ((answer: Answer) => void)[] = [];
  #over = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => this.#end());
    // The interface has the socket's errors, too, and would throw them with nobody to hear.
    createInterface({ input: socket })
      .on('line', (line) => this.#receive(line))
      .on('error', () => {});
  }

  /** Rejects with SandboxError when QEMU does not answer there. */
  static async open(path: string): Promise<Qmp> {
    const socket = connect({ path });
    await once(socket, 'connect').catch(() => {
      throw new SandboxError('The virtual machine does not answer.');
    });
    const late = setTimeout(() => socket.destroy(), GREETING_TIMEOUT_MS);
    try {
      const qmp = new Qmp(socket);
      await qmp.ask('qmp_capabilities');
      return qmp;
    } finally {
      clearTimeout(late);
    }
  }

  /** Rejects with SandboxError: QEMU's refusal, or its end. */
  async ask(execute: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.#over) throw new SandboxError('The virtual machine has ended.');
    const answer = new Promise<Answer>((resolve) => this.#answers.push(resolve));
    this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    const found = await answer;
    if ('why' in found) throw new SandboxError(`The virtual machine refused ${execute}: ${found.why}`);
    return found.value;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #receive(line: string): void {
    const parsed = message.safeParse(jsonIn(line));
    if (!parsed.success) this.#socket.destroy();
    else if ('return' in parsed.data) this.#answers.shift()?.({ value: parsed.data.return });
    else if ('error' in parsed.data) this.#answers.shift()?.({ why: parsed.data.error.desc });
  }

  #end(): void {
    this.#over = true;
    for (const answer of this.#answers.splice(0)) answer({ why: 'it has ended' });
  }
}
