// SPDX-License-Identifier: BSD-2-Clause

import { type MachinePort, type Sandbox, SandboxError, type SandboxProcess } from '@ringlab/labkit';
import { REGION } from '../agent/inside.ts';
import type { Given } from '../qemu/machine.ts';
import type { SandboxRoot } from './sandbox-root.ts';

/** Of the sandbox, for what its programs need not see; a tmpfs. */
const SOCKETS = '/run/ringlab';
const TOLD_TIMEOUT_MS = 20_000;
const OFFER =
  /^-object memory-backend-file,id=\w+,share=on,size=(?<bytes>\d+),mem-path=(?<folder>[\w/]+)\/(?<name>[\w.-]+) -device/;

/** A port of the sandbox that a machine is given, and the program in the sandbox that serves it. */
export interface ServedPort extends AsyncDisposable {
  readonly port: MachinePort;
  readonly given: Given;
  /** Arguments of QMP's device_add. */
  readonly device: Readonly<Record<string, string>>;
  /** Resolves when the program has ended, with how. */
  readonly ended: Promise<string>;
}

export interface PortPlace {
  readonly sandbox: Sandbox;
  readonly root: SandboxRoot;
  /** Of the machine in the sandbox, and of the port in the machine: both make names and addresses. */
  readonly machine: number;
  readonly number: number;
}

/** Makes the port. Rejects with SandboxError, in the words of the program that could not. */
export function servePort(port: MachinePort, place: PortPlace): Promise<ServedPort> {
  return port.by === 'passthrough' ? passThrough(port, place) : plugIn(port, place);
}

async function passThrough(port: MachinePort, { sandbox, root, number }: PortPlace): Promise<ServedPort> {
  await using undo = new AsyncDisposableStack();
  const tool = undo.use(await PortTool.start(sandbox, ['unetmap-passthrough', '-i', port.port]));
  const { bytes = '', folder, name = '' } = OFFER.exec(await tool.told())?.groups ?? {};
  if (folder !== REGION || !isSane(Number(bytes)))
    throw new SandboxError(`unetmap-passthrough made no memory for ${port.port}.`);
  const memory = undo.use(await root.file(REGION, name, Number(bytes)));
  // QEMU is another user, which can reach nothing else there.
  await memory.chmod(0o666);
  const id = `memory${number}`;
  const words = (fd: number) => [
    '-object',
    `memory-backend-file,id=${id},share=on,size=${bytes},mem-path=/proc/self/fd/${fd}`,
  ];
  const device = { driver: 'ivshmem-plain', memdev: id, id: `port${number}` };
  return served(port, { source: memory.fd, words }, device, tool, undo.move());
}

/** What a program of the sandbox may claim: the device of a guest is a power of two, and is memory of the sandbox. */
function isSane(bytes: number): boolean {
  return bytes >= 4096 && bytes <= 2 ** 29 && Number.isInteger(Math.log2(bytes));
}

async function plugIn(port: MachinePort, place: PortPlace): Promise<ServedPort> {
  const { sandbox, root, machine, number } = place;
  await using undo = new AsyncDisposableStack();
  const name = `machine-${machine}-${number}`;
  const argv = ['unetmap-backend', '-i', port.port, '-s', `${SOCKETS}/${name}`];
  const tool = undo.use(await PortTool.start(sandbox, argv));
  await tool.told();
  const socket = await root.connect(SOCKETS, name);
  undo.defer(() => void socket.destroy());
  const id = `card${number}`;
  const words = (fd: number) => ['-netdev', `stream,id=${id},addr.type=fd,addr.str=${fd}`];
  const mac = cardAddress(machine, number);
  const device = { driver: 'virtio-net-pci', netdev: id, mac, romfile: '', id: `port${number}` };
  return served(port, { source: socket, words }, device, tool, undo.move());
}

/** Known, so that dumps read alike. */
function cardAddress(machine: number, number: number): string {
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  return `02:00:00:01:${hex(machine)}:${hex(number)}`;
}

function served(
  port: MachinePort,
  given: Given,
  device: ServedPort['device'],
  tool: PortTool,
  all: AsyncDisposableStack,
): ServedPort {
  return { port, given, device, ended: tool.ended, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** unetmap-passthrough or unetmap-backend, which say in a line what QEMU needs, and go on. */
class PortTool implements AsyncDisposable {
  readonly ended: Promise<string>;
  readonly #process: SandboxProcess;
  readonly #firstLine: Promise<string>;
  #errors = '';

  private constructor(process: SandboxProcess) {
    this.#process = process;
    this.#firstLine = firstLine(process.output);
    const errors = this.#keepErrors();
    this.ended = process.exit.then(async ({ words }) => {
      await errors;
      return this.#errors.trim().split('\n').at(-1) || words;
    });
  }

  static async start(sandbox: Sandbox, argv: readonly string[]): Promise<PortTool> {
    return new PortTool(await sandbox.exec(argv));
  }

  /** Its first line. Rejects with SandboxError when it ends without one. */
  async told(): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, TOLD_TIMEOUT_MS, '');
    });
    const line = await Promise.race([this.#firstLine, late]);
    clearTimeout(timer);
    if (line !== '') return line;
    this.#process.kill('SIGKILL');
    throw new SandboxError(`A port of a machine cannot be made: ${await this.ended}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }

  async #keepErrors(): Promise<void> {
    for await (const chunk of this.#process.errors)
      this.#errors = (this.#errors + Buffer.from(chunk).toString()).slice(-1000);
  }
}

/** And what comes after it, unread by anybody; empty when there is none. */
async function firstLine(output: AsyncIterable<Uint8Array>): Promise<string> {
  return await new Promise((resolve) => {
    const read = async () => {
      let text = '';
      for await (const chunk of output) {
        text = (text + Buffer.from(chunk).toString()).slice(0, 4096);
        if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
      }
      resolve('');
    };
    void read();
  });
}
