// SPDX-License-Identifier: BSD-2-Clause
import { SandboxError, type Usage } from '@ringlab/labkit';
import { Connection } from './connection.ts';
import { type Dial, sandboxEnded } from './dial.ts';
import { type Frame, Kind, u32s } from './wire.ts';

/** The control connection: stops programs and asks what they use. Process 1 answers it, whatever the programs do. */
export class Control implements Disposable {
  readonly #answers: ((body: Buffer | undefined) => void)[] = [];
  #connection!: Connection;
  #becameReady: (() => void) | undefined;
  #ended = false;
  #refusal: string | undefined;

  /** Called with the name of a limit that was crossed, as the sandbox says. */
  onLimit: ((name: string) => void) | undefined;

  private constructor() {}

  /** Resolves when the sandbox can be used. Rejects with SandboxError, in the agent's words where it has any. */
  static async open(dial: Dial): Promise<Control> {
    const control = new Control();
    const ready = new Promise<void>((resolve) => {
      control.#becameReady = resolve;
    });
    control.#connection = await Connection.open(
      dial,
      (f) => control.#receive(f),
      () => control.#end(),
    );
    await ready;
    if (control.#refusal !== undefined) throw new SandboxError(control.#refusal);
    if (control.#ended) throw new SandboxError('The sandbox ended while it was starting.');
    return control;
  }

  kill(supervisorPid: number, signal: number): void {
    this.#connection.send(Kind.kill, u32s(supervisorPid, signal));
  }

  async usage(): Promise<Usage> {
    const body = await this.#ask(Kind.usage);
    const [memoryBytes = 0, processes = 0, diskBytes = 0, cpuMs = 0] = [0, 8, 16, 24].map((at) =>
      u64(body, at),
    );
    return { memoryBytes, processes, diskBytes, cpuMs };
  }

  async cpuMs(supervisorPid: number): Promise<number> {
    return u64(await this.#ask(Kind.cpu, u32s(supervisorPid)), 0);
  }

  /** Ends the agent, and with it everything in the sandbox. */
  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  async #ask(kind: number, body?: Uint8Array): Promise<Buffer> {
    if (this.#ended) throw sandboxEnded();
    const answer = new Promise<Buffer | undefined>((resolve) => this.#answers.push(resolve));
    this.#connection.send(kind, body);
    const bytes = await answer;
    if (bytes === undefined) throw sandboxEnded();
    return bytes;
  }

  #receive(frame: Frame): void {
    if (frame.kind === Kind.ready) this.#becameReady?.();
    else if (frame.kind === Kind.failed) this.#refuse(frame.body.toString());
    else if (frame.kind === Kind.limit) this.onLimit?.(frame.body.toString());
    else this.#answers.shift()?.(frame.body);
  }

  #refuse(words: string): void {
    this.#refusal = words;
    this.#becameReady?.();
  }

  #end(): void {
    this.#ended = true;
    this.#becameReady?.();
    for (const answer of this.#answers.splice(0)) answer(undefined);
  }
}

function u64(body: Buffer, offset: number): number {
  return body.byteLength >= offset + 8 ? Number(body.readBigUInt64LE(offset)) : 0;
}
