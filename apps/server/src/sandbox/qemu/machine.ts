// SPDX-License-Identifier: BSD-2-Clause

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxError } from '@ringlab/labkit';
import { writeProcess } from '../living-process.ts';
import { isKey, type LoginKeys } from '../over-ssh/keys.ts';
import { SshLink } from '../over-ssh/link.ts';
import { type MachineShape, machineArguments } from './arguments.ts';
import type { VmImage } from './image.ts';
import { become } from './kvm-device.ts';
import { Qmp } from './qmp.ts';
import type { Snapshot } from './snapshots.ts';
import type { Slot } from './vm-folder.ts';

const PROGRAM = 'qemu-system-x86_64';
const LOOK_PERIOD_MS = 10;
/** A machine that ends breaks its connections first, and why it ended says more than that. */
const LAST_WORDS_MS = 500;
/** A guest that lives answers within milliseconds, and on a busy machine within seconds. */
const ALIVE_PERIOD_MS = 5000;
const ALIVE_MISSES = 12;
/** After stdin, stdout and stderr. */
const FIRST_FD = 3;

export interface MachineSpec {
  readonly image: VmImage;
  readonly shape: MachineShape;
  readonly keys: LoginKeys;
  /** What to go on from; without it the machine boots. */
  readonly snapshot: Snapshot | undefined;
  readonly groupFolders: readonly string[];
  readonly given: readonly Given[];
  /** How often the guest is asked whether it lives; a dozen questions without an answer, and it is ended. 5 s if not said. */
  readonly alivePeriodMs?: number | undefined;
}

/** Something of the server's that this machine alone gets, as a descriptor that QEMU inherits. */
export interface Given {
  readonly source: number | Socket;
  /** QEMU's words for it, by the number that it has there. */
  words(fd: number): readonly string[];
}

/** A running QEMU, which ends with the server however that ends. */
export class Machine implements AsyncDisposable {
  readonly slot: Slot;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  readonly #over = new AbortController();
  readonly #process: ChildProcess;
  readonly #alivePeriodMs: number;
  #silent = false;

  private constructor(slot: Slot, process_: ChildProcess, alivePeriodMs: number) {
    this.slot = slot;
    this.#alivePeriodMs = alivePeriodMs;
    this.#process = process_;
    this.ended = new Promise((resolve) => {
      process_.once('exit', () => resolve());
      process_.once('error', () => resolve());
    });
    void this.ended.then(() => this.#over.abort());
  }

  /** Resolves when QEMU has been started, which is before it answers. */
  static async start(slot: Slot, spec: MachineSpec): Promise<Machine> {
    await giveKeys(slot, spec.keys);
    await using files = new AsyncDisposableStack();
    const fds = await openAll(spec, files);
    const log = files.use(await open(slot.file('log'), 'a', 0o600));
    const given = spec.given.flatMap(({ words }, i) => words(FIRST_FD + fds.length + i));
    const words = [
      PROGRAM,
      ...machineArguments(spec.shape, slot.path, spec.snapshot !== undefined),
      ...given,
    ];
    const [program = '', ...args] = confined(words, spec.groupFolders, await asUser(slot.user));
    const stdio = ['ignore' as const, log.fd, log.fd, ...fds, ...spec.given.map(({ source }) => source)];
    const process_ = spawn(program, args, { stdio, cwd: '/', env: { PATH: process.env.PATH } });
    const machine = new Machine(slot, process_, spec.alivePeriodMs ?? ALIVE_PERIOD_MS);
    if (process_.pid !== undefined) await writeProcess(slot.pidFile, process_.pid);
    return machine;
  }

  /**
   * Logs in over the machine's port. `banner` is what sshd said in a snapshot before it was saved, and will not say again.
   * Rejects with SandboxError.
   */
  async logIn(keys: LoginKeys, timeoutMs: number, banner = ''): Promise<SshLink> {
    const signal = AbortSignal.any([this.#over.signal, AbortSignal.timeout(timeoutMs)]);
    const sock = await connectTo(this.slot.file('ssh'), signal);
    try {
      if (banner !== '') sock.unshift(Buffer.from(banner));
      const link = await SshLink.open({
        sock,
        ...{ keepaliveInterval: this.#alivePeriodMs, keepaliveCountMax: ALIVE_MISSES },
        username: 'root',
        privateKey: keys.login.private,
        hostVerifier: (shown: Buffer) => isKey(shown, keys.host.public),
        readyTimeout: timeoutMs,
        algorithms: { cipher: ['chacha20-poly1305@openssh.com'], kex: ['curve25519-sha256'] },
      });
      void link.lost.then(() => this.#endSilent());
      return link;
    } catch (error) {
      sock.destroy();
      throw new SandboxError(`The virtual machine does not let the server in: ${(error as Error).message}`);
    }
  }

  /** What would never come from a machine that has ended: then rejects with SandboxError. */
  async whileItLives<T>(what: Promise<T>): Promise<T> {
    what.catch(() => {});
    const gone = Symbol();
    const first = await Promise.race([what, this.ended.then(() => gone)]).catch(async (error: unknown) => {
      await Promise.race([this.ended, sleep(LAST_WORDS_MS)]);
      if (!this.#over.signal.aborted) throw error;
      return gone;
    });
    if (first === gone) throw await this.failure();
    return first as T;
  }

  /** What waits for an answer would wait for ever. */
  async #endSilent(): Promise<void> {
    await Promise.race([this.ended, sleep(LAST_WORDS_MS)]);
    this.#silent = !this.#over.signal.aborted;
    this.#process.kill('SIGKILL');
  }

  /** Somebody ended it. QEMU that was asked to by a signal ends without an error; one that cannot go on has one. */
  get wasStopped(): boolean {
    return !this.#silent && (this.#process.exitCode === 0 || this.#process.signalCode !== null);
  }

  /** How it ended, for whom something ended with it: `ended`. A connection breaks a little before. */
  async howItEnded(): Promise<string> {
    await Promise.race([this.ended, sleep(2 * LAST_WORDS_MS, undefined, { ref: false })]);
    return this.#silent ? SILENT : 'ended';
  }

  /** Why it ended or does not answer, by what QEMU or the guest said last. */
  async failure(): Promise<SandboxError> {
    const log =
      (await readFile(this.slot.file('log'), 'utf8').catch(() => '')).trim().split('\n').at(-1) ?? '';
    if (this.#process.exitCode === 127) return new SandboxError(MISSING);
    if (this.#silent) return new SandboxError(`The virtual machine ${SILENT}.`);
    const said = log === '' ? 'it ended without a word' : log.replace(/^qemu-system-x86_64: /, '');
    return new SandboxError(`The virtual machine could not be started: ${said}`);
  }

  /** The last lines of the guest's console. */
  async console(): Promise<string> {
    using qmp = await Qmp.open(this.slot.file('qmp'));
    const text = await qmp.ask('ringbuf-read', { device: 'console', size: 65_536 });
    return String(text).trim().split('\n').slice(-3).join(' | ');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGKILL');
    await this.ended;
  }
}

const SILENT = 'did not answer any more, and was ended';
const MISSING = 'QEMU is not installed. Install it: apt-get install qemu-system-x86';

async function giveKeys(slot: Slot, keys: LoginKeys): Promise<void> {
  for (const [name, text] of [
    ['authorized_keys', `${keys.login.public}\n`],
    ['host_key', keys.host.private],
  ] as const) {
    await writeFile(slot.file(name), text, { mode: 0o600 });
    if (slot.user !== undefined) await chown(slot.file(name), slot.user, slot.user);
  }
}

/** In the order of FD. */
async function openAll({ image, snapshot }: MachineSpec, owner: AsyncDisposableStack): Promise<number[]> {
  const paths = [
    image.root,
    image.kernel,
    image.initramfs,
    ...(snapshot === undefined ? [] : [snapshot.statePath]),
  ];
  const handles: FileHandle[] = [];
  for (const path of paths) handles.push(owner.use(await open(path, 'r')));
  return handles.map(({ fd }) => fd);
}

/** Enters the control groups while that is still allowed, then becomes the machine's user and gives up every right. */
function confined(
  words: readonly string[],
  groupFolders: readonly string[],
  becoming: readonly string[],
): string[] {
  const enter =
    'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"';
  const least = [
    'setpriv',
    ...becoming,
    '--no-new-privs',
    '--inh-caps=-all',
    '--pdeathsig',
    'KILL',
    '--',
    ...words,
  ];
  return ['sh', '-c', enter, 'sh', ...groupFolders, '--', ...least];
}

async function asUser(user: number | undefined): Promise<string[]> {
  return user === undefined ? [] : await become(user);
}

/** The socket's file is there before it is listened on, and QEMU answers nobody else before somebody has come here. */
async function connectTo(path: string, signal: AbortSignal): Promise<Socket> {
  for (;;) {
    const socket = connect({ path });
    const failure = await once(socket, 'connect').catch((error: NodeJS.ErrnoException) => error);
    if (Array.isArray(failure)) return socket;
    socket.destroy();
    const early = failure.code === 'ENOENT' || failure.code === 'ECONNREFUSED';
    if (!early || signal.aborted) throw new SandboxError(`QEMU does not answer: ${failure.message}`);
    await sleep(LOOK_PERIOD_MS);
  }
}
