// SPDX-License-Identifier: BSD-2-Clause

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { type Sandbox, SandboxError } from '@ringlab/labkit';
import { Control } from '../agent/control.ts';
import { AgentSandbox } from '../agent/sandbox.ts';
import { type ControlGroups, findControlGroups } from '../bubblewrap/cgroups.ts';
import { type DriverStatus, refuseMachines, type SandboxDriver, type SandboxSpec } from '../driver.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { newLoginKeys } from '../over-ssh/keys.ts';
import { type Choice, chooseAccelerator } from './accelerator.ts';
import { type Accelerator, type MachineShape, shapeArguments } from './arguments.ts';
import { guestEnvironment, OWN_SOCKET, READY_SOCKET, stageBrought, warm } from './guest.ts';
import { type VmImage, vmImage } from './image.ts';
import type { MachineSpec } from './machine.ts';
import { launch, refresh, type Started, startMachine } from './make.ts';
import { type Snapshot, Snapshots } from './snapshots.ts';
import { type Slot, VmFolder } from './vm-folder.ts';

const run = promisify(execFile);

/** An emulated machine on a busy one takes its time; one that has not booted by then will not. */
const BOOT_TIMEOUT_MS = 120_000;
const KVM_TIMEOUT_MS = 20_000;
const RESUME_TIMEOUT_MS = 30_000;
/** The guest's kernel, sshd, and room to breathe, beyond what programs may use. */
const GUEST_MIB = 256;
const LEAST_MIB = 1024;
/** QEMU itself with its translated code. */
const QEMU_MIB = 512;
/** A machine emulates a kernel and devices beside the programs, and stumbles when it gets too little. */
const ALL_SHARES = 8;
const MOST_PROCESSORS = 2;
const MIB = 1024 * 1024;

export interface QemuOptions {
  readonly dataDir: string;
  /** Where `pnpm images build vm` puts the image. */
  readonly imagesDir: string;
  /** Those that nearly every sandbox will have: snapshots are made with them. */
  readonly limits?: Limits;
  /** False boots every machine; for measuring. */
  readonly snapshots?: boolean;
}

interface Prepared {
  readonly image: VmImage;
  readonly groups: ControlGroups | undefined;
  readonly brought: string;
  readonly qemuVersion: string;
  readonly choice: Choice;
}

/** A virtual machine for each sandbox, and in it the same agent and the same view as elsewhere. */
export class QemuDriver implements SandboxDriver {
  readonly name = 'qemu';
  readonly image = 'vm';
  /** Where nothing helps the emulation; the first probe knows better. */
  slowness = 10;
  readonly #options: QemuOptions;
  readonly #folder: VmFolder;
  readonly #snapshots: Snapshots;
  readonly #living = new Set<AsyncDisposable>();
  readonly #limits: Limits;
  #prepared: Promise<Prepared> | undefined;
  #saving: Promise<Snapshot | undefined> | undefined;

  constructor(options: QemuOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#folder = new VmFolder(options.dataDir);
    this.#snapshots = new Snapshots(options.dataDir);
  }

  async probe(): Promise<DriverStatus> {
    try {
      await using sandbox = await this.create({ id: 'probe', limits: this.#limits });
      const { code, words } = await (await sandbox.exec(['true'])).exit;
      if (code !== 0)
        return { usable: false, message: `A virtual machine starts, but a program in it ${words}.` };
      const { choice } = await this.#prepare();
      return { usable: true, engine: sandbox.engine, message: `qemu works. ${choice.why}` };
    } catch (error) {
      return { usable: false, message: (error as Error).message };
    }
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    refuseMachines(spec);
    if (spec.engine === 'kernel')
      throw new SandboxError('Sandboxes in virtual machines have netmap from unetmap, not from the kernel.');
    const prepared = await this.#prepare();
    const snapshot = await this.#snapshot(prepared);
    if (snapshot === undefined) return this.#make(spec, prepared, undefined);
    try {
      return await this.#make(spec, prepared, snapshot);
    } catch {
      // A snapshot that does not continue is of no use to the next either.
      await this.#snapshots.remove(this.#key(prepared));
      this.#saving = undefined;
      return this.#make(spec, prepared, undefined);
    }
  }

  async *adopt(): AsyncIterable<Sandbox> {
    await this.#prepare();
    for (const number of await this.#folder.leftSlots())
      await this.#folder.freeSlot(this.#folder.slot(number));
    yield* [];
  }

  /** Ends every sandbox. */
  async [Symbol.asyncDispose](): Promise<void> {
    const prepared = await this.#prepared?.catch(() => undefined);
    await this.#saving?.catch(() => undefined);
    await Promise.all([...this.#living].map((sandbox) => sandbox[Symbol.asyncDispose]()));
    if (prepared === undefined) return;
    await prepared.groups?.removeAll();
    await this.#folder.remove();
    this.#prepared = undefined;
    this.#saving = undefined;
  }

  async #make(spec: SandboxSpec, prepared: Prepared, snapshot: Snapshot | undefined): Promise<Sandbox> {
    await using undo = new AsyncDisposableStack();
    const { link } = await this.#start(prepared, spec.limits, snapshot, undo);
    const ready = snapshot !== undefined && isCommon(spec, this.#limits);
    const [dial] = await Promise.all([
      ready ? link.dialer(READY_SOCKET) : launch(link, spec, OWN_SOCKET).then(() => link.dialer(OWN_SOCKET)),
      refresh(link),
    ]);
    const control = undo.use(await Control.open(dial));
    const made = undo.move();
    const sandbox: Sandbox = new AgentSandbox({
      ...spec,
      ...{ engine: 'unetmap', control, dial, counts: undefined },
      environment: guestEnvironment(),
      lostWords: async () => 'stopped: its virtual machine ended',
      dismantle: () => made.disposeAsync().finally(() => this.#living.delete(sandbox)),
    });
    this.#living.add(sandbox);
    return sandbox;
  }

  async #start(
    prepared: Prepared,
    limits: Limits,
    snapshot: Snapshot | undefined,
    undo: AsyncDisposableStack,
  ): Promise<Started & { readonly slot: Slot; readonly spec: MachineSpec }> {
    const slot = await this.#folder.takeSlot();
    undo.defer(() => this.#folder.freeSlot(slot));
    const shape = shapeFor(prepared.choice.accelerator, limits);
    const group = await prepared.groups?.create(String(slot.number), groupLimits(limits, shape));
    undo.defer(() => group?.remove());
    const keys = snapshot?.keys ?? newLoginKeys();
    const spec = { image: prepared.image, shape, keys, snapshot, groupFolders: group?.folders ?? [] };
    const timeoutMs = snapshot === undefined ? BOOT_TIMEOUT_MS : RESUME_TIMEOUT_MS;
    const { machine, link } = await startMachine(slot, spec, prepared.brought, timeoutMs);
    undo.use(machine);
    undo.use(link);
    return { machine, link, slot, spec };
  }

  /** The snapshot for these machines, made when there is none; undefined where none can be kept. */
  #snapshot(prepared: Prepared): Promise<Snapshot | undefined> {
    if (this.#options.snapshots === false) return Promise.resolve(undefined);
    this.#saving ??= this.#findOrSave(prepared).catch(() => undefined);
    return this.#saving;
  }

  async #findOrSave(prepared: Prepared): Promise<Snapshot | undefined> {
    const key = this.#key(prepared);
    const found = await this.#snapshots.find(key);
    if (found !== undefined) return found;
    await using undo = new AsyncDisposableStack();
    const { link, slot, spec } = await this.#start(prepared, this.#limits, undefined, undo);
    await warm(link);
    await launch(link, { limits: this.#limits }, READY_SOCKET);
    link[Symbol.dispose]();
    await this.#snapshots.save(key, slot, spec.keys);
    return this.#snapshots.find(key);
  }

  #key({ image, brought, qemuVersion, choice }: Prepared): string {
    const shape = shapeArguments(shapeFor(choice.accelerator, this.#limits));
    const parts = [image.digest, basename(brought), qemuVersion, shape, this.#limits];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  }

  /** Once; after a failure, such as a missing image, the next call tries again. */
  #prepare(): Promise<Prepared> {
    this.#prepared ??= this.#reallyPrepare().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  async #reallyPrepare(): Promise<Prepared> {
    const qemuVersion = await versionOfQemu();
    const image = await vmImage(this.#options.imagesDir);
    await mkdir(this.#options.dataDir, { recursive: true });
    await this.#folder.take();
    const dead = (await this.#folder.sweepOthers()).map((key) => `ringlab-vm-${key}`);
    const isRoot = process.getuid?.() === 0;
    const groups = isRoot
      ? await findControlGroups(`ringlab-vm-${this.#folder.key}`, dead, DEFAULT_LIMITS, ALL_SHARES)
      : undefined;
    const brought = await stageBrought(this.#folder.path);
    const basis = { image, groups, brought, qemuVersion };
    const choice = await chooseAccelerator(this.#options.dataDir, qemuVersion, () =>
      this.#bootWithKvm(basis),
    );
    if (choice.accelerator === 'kvm') this.slowness = 2;
    return { ...basis, choice };
  }

  async #bootWithKvm(basis: Omit<Prepared, 'choice'>): Promise<void> {
    await using undo = new AsyncDisposableStack();
    const slot = await this.#folder.takeSlot();
    undo.defer(() => this.#folder.freeSlot(slot));
    const shape = shapeFor('kvm', this.#limits);
    const spec = { image: basis.image, shape, keys: newLoginKeys(), snapshot: undefined, groupFolders: [] };
    const { machine, link } = await startMachine(slot, spec, basis.brought, KVM_TIMEOUT_MS);
    undo.use(machine);
    undo.use(link);
  }
}

function shapeFor(accelerator: Accelerator, { memoryBytes }: Limits): MachineShape {
  const wanted = Math.ceil((memoryBytes / MIB + GUEST_MIB) / GUEST_MIB) * GUEST_MIB;
  const processors = Math.min(MOST_PROCESSORS, availableParallelism());
  return { accelerator, memoryMib: Math.max(LEAST_MIB, wanted), processors, devices: [] };
}

/** Of the QEMU process: the guest holds its programs' limits itself. */
function groupLimits(limits: Limits, { memoryMib }: MachineShape): Limits {
  return { ...limits, memoryBytes: (memoryMib + QEMU_MIB) * MIB };
}

/** Whether the sandbox that a snapshot has in it is what is wanted. */
function isCommon({ limits, interfaces = [] }: SandboxSpec, common: Limits): boolean {
  const names = Object.keys(common) as (keyof Limits)[];
  return interfaces.length === 0 && names.every((name) => limits[name] === common[name]);
}

async function versionOfQemu(): Promise<string> {
  try {
    const { stdout } = await run('qemu-system-x86_64', ['--version']);
    return stdout.split('\n')[0] ?? '';
  } catch {
    throw new SandboxError('QEMU is not installed. Install it: apt-get install qemu-system-x86');
  }
}
