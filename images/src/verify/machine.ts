// SPDX-License-Identifier: BSD-2-Clause
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Saying {
  /** Its `input` is all that was said up to then. */
  readonly match: RegExpExecArray;
  readonly sinceStartMs: number;
}

/** A QEMU that ends with its owner. */
export interface Machine extends AsyncDisposable {
  /** Resolves when this is in what it said; rejects when the machine ends before, or after so long. */
  says(pattern: RegExp, timeoutMs: number): Promise<Saying>;
}

/**
 * Emulated: `/dev/kvm` may be there and hang, and a proof must end. What it says comes from its first serial line, or from
 * what `args` connect to the chardev `said`, where they do.
 */
export function startMachine(args: readonly string[]): Machine {
  const startedAtMs = Date.now();
  const common = ['-accel', 'tcg', '-display', 'none', '-nodefaults', '-no-reboot'];
  const line = args.some((arg) => arg.includes('chardev=said')) ? [] : ['-serial', 'chardev:said'];
  const qemu = ['qemu-system-x86_64', ...common, '-chardev', 'stdio,id=said', ...line, ...args];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...qemu], {
    // Where input has ended, QEMU counts nobody as connected, and the guest waits for somebody before it says anything.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = new Said(child);
  return {
    says: async (pattern, timeoutMs) => {
      const match = await said.until(pattern, timeoutMs);
      return { match, sinceStartMs: Date.now() - startedAtMs };
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.pid === undefined) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

interface Waiting {
  readonly pattern: RegExp;
  settle(outcome: RegExpExecArray | Error): void;
}

/** What a machine printed so far. */
class Said {
  #text = '';
  #waiting: Waiting[] = [];

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text;
        this.#check();
      });
    child.on('error', (fault) => this.#end(fault));
    child.on('exit', () => this.#end(new Error(`The virtual machine ended:\n${this.#text.slice(-2000)}`)));
  }

  until(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const late = `The virtual machine did not say ${pattern} within ${timeoutMs / 1000} s:\n`;
      const timer = setTimeout(() => reject(new Error(late + this.#text.slice(-2000))), timeoutMs);
      const settle = (outcome: RegExpExecArray | Error): void => {
        clearTimeout(timer);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      this.#waiting.push({ pattern, settle });
      this.#check();
    });
  }

  #check(): void {
    this.#waiting = this.#waiting.filter(({ pattern, settle }) => {
      const match = pattern.exec(this.#text);
      if (match !== null) settle(match);
      return match === null;
    });
  }

  #end(fault: Error): void {
    for (const { settle } of this.#waiting) settle(fault);
    this.#waiting = [];
  }
}
