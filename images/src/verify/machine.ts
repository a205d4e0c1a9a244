// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A QEMU that ends with its owner. */
export interface Machine extends AsyncDisposable {
  /** Resolves with the milliseconds since the start when this text came; rejects when the machine ends before, or after so long. */
  says(text: string, timeoutMs: number): Promise<number>;
}

/**
 * Emulated: `/dev/kvm` may be there and hang, and a proof must end. What it says comes from its first serial line, or from
 * what `args` connect to the chardev `said`, where they do.
 */
export function startMachine(args: readonly string[]): Machine {
  const startedAtMs = Date.now();
  const common = ['-accel', 'tcg', '-display', 'none', '-nodefaults', '-no-reboot'];
  const line = args.some((arg) => arg.includes('chardev=said')) ? [] : ['-serial', 'chardev:said'];
  const child = spawn('qemu-system-x86_64', [...common, '-chardev', 'stdio,id=said', ...line, ...args], {
    // Where input has ended, QEMU counts nobody as connected, and the guest waits for somebody before it says anything.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = new Said(child);
  return {
    says: async (text, timeoutMs) => {
      await said.until(text, timeoutMs);
      return Date.now() - startedAtMs;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.pid === undefined) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** What a machine printed so far. */
class Said {
  #text = '';
  #waiting: { readonly text: string; settle(fault?: Error): void }[] = [];

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text;
        this.#check();
      });
    child.on('error', (fault) => this.#end(fault));
    child.on('exit', () => this.#end(new Error(`The virtual machine ended:\n${this.#text.slice(-2000)}`)));
  }

  until(text: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = new Error(`The virtual machine did not say "${text}" within ${timeoutMs / 1000} s:\n`);
      const timer = setTimeout(() => reject(new Error(late.message + this.#text.slice(-2000))), timeoutMs);
      const settle = (fault?: Error): void => {
        clearTimeout(timer);
        if (fault) reject(fault);
        else resolve();
      };
      this.#waiting.push({ text, settle });
      this.#check();
    });
  }

  #check(): void {
    const [here, not] = [true, false].map((wanted) =>
      this.#waiting.filter(({ text }) => this.#text.includes(text) === wanted),
    );
    this.#waiting = not ?? [];
    for (const { settle } of here ?? []) settle();
  }

  #end(fault: Error): void {
    for (const { settle } of this.#waiting) settle(fault);
    this.#waiting = [];
  }
}
