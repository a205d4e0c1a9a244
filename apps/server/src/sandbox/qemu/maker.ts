// SPDX-License-Identifier: BSD-2-Clause

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { SandboxError } from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import type { Dial } from '../agent/dial.ts';
import { type ControlGroups, findControlGroups } from '../bubblewrap/cgroups.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { newLoginKeys } from '../over-ssh/keys.ts';
import type { SshLink } from '../over-ssh/link.ts';
import { Preparation } from '../preparation.ts';
import { type Choice, chooseAccelerator } from './accelerator.ts';
import { type Accelerator, type MachineShape, shapeArguments } from './arguments.ts';
import {
  engineIn,
  type GuestFindings,
  lookAround,
  OWN_SOCKET,
  READY_SOCKET,
  stageBrought,
  type Wanted,
  warm,
} from './guest.ts';
import { type VmImage, vmImage } from './image.ts';
import type { Given, Machine, MachineSpec } from './machine.ts';
import { inMachine, launch, MachineFault, refresh, type Started, startMachine } from './make.ts';
import { SharedSnapshot } from './shared-snapshot.ts';
import { type Snapshot, Snapshots } from './snapshots.ts';
import { type Slot, VmFolder } from './vm-folder.ts';

const run = promisify(execFile);

/** An emulated machine on a busy one takes its time; one that has not booted by then will not. */
const BOOT_TIMEOUT_MS = 120_000;
const KVM_TIMEOUT_MS = 20_000;
const RESUME_TIMEOUT_MS = 30_000;
/** QEMU itself with its translated code. */
const QEMU_MIB = 512;
const MIB = 1024 * 1024;

export interface MakerOptions {
  /** One living server uses it. */
  readonly dataDir: string;
  /** Where `pnpm images build vm` puts the image. */
  readonly imagesDir: string;
  /** What other servers may find there, too: snapshots, and whether KVM works. The data folder if left out. */
  readonly cacheDir?: string | undefined;
  /** False boots every machine; for measuring. */
  readonly snapshots?: boolean | undefined;
  /** What most machines are asked for: a snapshot has it ready. */
  readonly common: Wanted;
  /** How often guests are asked whether they live, in ms; see MachineSpec. */
  readonly alivePeriodMs?: number | undefined;
  /** What the host calls `/dev/kvm`. */
  readonly kvmDevice?: string | undefined;
  /** Weight of all machines together, beside everything else on this machine, which has 1. */
  readonly shares: number;
  /** Tells apart makers with one data folder. */
  readonly name?: string;
  shape(accelerator: Accelerator, limits: Limits): MachineShape;
}

interface Prepared {
  readonly groups: ControlGroups | undefined;
  readonly brought: string;
  readonly qemuVersion: string;
  readonly choice: Choice;
}

/** What the next machine starts from. */
interface Ground extends Prepared {
  readonly image: VmImage;
}

/** A machine that runs, with a sandbox in it. Disposing of it ends the machine and removes what was made for it. */
export interface Made extends AsyncDisposable {
  readonly machine: Machine;
  readonly link: SshLink;
  /** To the sandbox's agent. */
  readonly dial: Dial;
  /** What its programs have. */
  readonly engine: EngineName;
  readonly found: GuestFindings;
}

/** Makes machines with a sandbox in each, from a snapshot where it can. */
export class MachineMaker implements AsyncDisposable {
  readonly #options: MakerOptions;
  readonly #cacheDir: string;
  readonly #folder: VmFolder;
  readonly #snapshots: Snapshots;
  readonly #shared: SharedSnapshot;
  readonly #preparation = new Preparation(() => this.#prepare());

  constructor(options: MakerOptions) {
    this.#options = options;
    this.#cacheDir = options.cacheDir ?? options.dataDir;
    this.#folder = new VmFolder(options.dataDir, options.name);
    this.#snapshots = new Snapshots(this.#cacheDir);
    this.#shared = new SharedSnapshot(this.#snapshots);
  }

  /** Everything that the next machine starts from. Rejects with SandboxError, whose message says how to mend it. */
  async ready(): Promise<Choice> {
    const ground = await this.#ground();
    await this.#snapshot(ground);
    const { accelerator, why } = ground.choice;
    return { accelerator, why: [why, this.#shared.complaint].filter(Boolean).join(' ') };
  }

  /** Rejects with SandboxError. */
  async make(wanted: Wanted, given: readonly Given[] = []): Promise<Made> {
    const ground = await this.#ground();
    try {
      return await this.#goOnOrBoot(wanted, given, ground);
    } catch (error) {
      throw this.#folder.explain(error);
    }
  }

  /** Ends machines that an earlier server left. */
  async sweep(): Promise<void> {
    await this.#preparation.get();
  }

  /** After all of its machines. */
  async [Symbol.asyncDispose](): Promise<void> {
    const prepared = await this.#preparation.made();
    await this.#shared.settled();
    if (prepared === undefined) return;
    await prepared.groups?.removeAll();
    await this.#folder.remove();
    this.#preparation.forget();
  }

  /** The image as it is now: somebody may have removed it since, or built it again. */
  async #ground(): Promise<Ground> {
    const prepared = await this.#preparation.get();
    return { ...prepared, image: await vmImage(this.#options.imagesDir) };
  }

  async #goOnOrBoot(wanted: Wanted, given: readonly Given[], ground: Ground): Promise<Made> {
    const snapshot = await this.#snapshot(ground);
    try {
      return await this.#make(wanted, given, ground, snapshot);
    } catch (error) {
      if (snapshot === undefined || !(error instanceof MachineFault)) throw error;
    }
    const made = await this.#make(wanted, given, ground, undefined);
    // It boots, and does not go on from there: that is of no use to the next one either.
    await this.#shared.blame(snapshot);
    return made;
  }

  async #make(
    wanted: Wanted,
    given: readonly Given[],
    ground: Ground,
    snapshot: Snapshot | undefined,
  ): Promise<Made> {
    // Refused before anything starts.
    if (snapshot !== undefined) engineIn(snapshot.found, wanted);
    await using undo = new AsyncDisposableStack();
    const { machine, link } = await this.#start(ground, wanted.limits, { snapshot, given }, undo);
    const found = snapshot?.found ?? (await inMachine(machine, lookAround(link)));
    const engine = engineIn(found, wanted);
    const { common } = this.#options;
    const ready = snapshot !== undefined && isSame(wanted, common) && engine === engineIn(found, common);
    const reached = ready ? link.dialer(READY_SOCKET) : launchOwn(link, wanted, engine);
    const [dial] = await inMachine(machine, Promise.all([reached, refresh(link)]));
    const made = undo.move();
    return { machine, link, dial, engine, found, [Symbol.asyncDispose]: () => made.disposeAsync() };
  }

  async #start(
    ground: Ground,
    limits: Limits,
    start: Pick<MachineSpec, 'snapshot' | 'given'>,
    undo: AsyncDisposableStack,
  ): Promise<Started & { readonly slot: Slot; readonly spec: MachineSpec }> {
    const slot = await this.#folder.makeSlot();
    undo.defer(() => this.#folder.freeSlot(slot.number));
    const shape = this.#options.shape(ground.choice.accelerator, limits);
    const group = await ground.groups?.create(String(slot.number), groupLimits(limits, shape));
    undo.defer(() => group?.remove());
    const keys = start.snapshot?.keys ?? newLoginKeys();
    const { alivePeriodMs } = this.#options;
    const groupFolders = group?.folders ?? [];
    const spec = { image: ground.image, shape, keys, ...start, groupFolders, alivePeriodMs };
    const timeoutMs = start.snapshot === undefined ? BOOT_TIMEOUT_MS : RESUME_TIMEOUT_MS;
    const { machine, link } = await startMachine(slot, spec, ground.brought, timeoutMs);
    undo.use(machine);
    undo.use(link);
    return { machine, link, slot, spec };
  }

  /** The one for these machines, made when there is none; undefined where none can be kept. */
  async #snapshot(ground: Ground): Promise<Snapshot | undefined> {
    if (this.#options.snapshots === false) return undefined;
    const key = this.#key(ground);
    return await this.#shared.get(key, () => this.#save(key, ground));
  }

  async #save(key: string, ground: Ground): Promise<void> {
    const { common } = this.#options;
    await using undo = new AsyncDisposableStack();
    const fresh = { snapshot: undefined, given: [] };
    const { link, slot, spec } = await this.#start(ground, common.limits, fresh, undo);
    const found = await lookAround(link);
    await warm(link);
    await launch(link, common, engineIn(found, common), READY_SOCKET);
    link[Symbol.dispose]();
    await this.#snapshots.save(key, slot, { keys: spec.keys, found });
  }

  #key({ image, brought, qemuVersion, choice }: Ground): string {
    const { common, shape } = this.#options;
    const words = shapeArguments(shape(choice.accelerator, common.limits));
    const parts = [image.digest, basename(brought), qemuVersion, words, common];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  }

  async #prepare(): Promise<Prepared> {
    const qemuVersion = await versionOfQemu();
    const image = await vmImage(this.#options.imagesDir);
    await mkdir(this.#options.dataDir, { recursive: true });
    await using undo = new AsyncDisposableStack();
    await this.#folder.take();
    undo.defer(() => this.#folder.remove());
    const groups = await findControlGroups(
      this.#folder.name,
      await this.#folder.sweepOthers(),
      DEFAULT_LIMITS,
      this.#options.shares,
    );
    undo.defer(() => groups?.removeAll());
    const brought = await stageBrought(this.#folder.path);
    const boot = (accelerator: Accelerator) => this.#bootOnce(image, brought, accelerator);
    const choice = await chooseAccelerator(this.#cacheDir, qemuVersion, boot, {
      device: this.#options.kvmDevice,
      user: this.#folder.user(0),
    });
    undo.move();
    return { groups, brought, qemuVersion, choice };
  }

  async #bootOnce(image: VmImage, brought: string, accelerator: Accelerator): Promise<void> {
    await using undo = new AsyncDisposableStack();
    const slot = await this.#folder.makeSlot();
    undo.defer(() => this.#folder.freeSlot(slot.number));
    const shape = this.#options.shape(accelerator, this.#options.common.limits);
    const timeoutMs = accelerator === 'kvm' ? KVM_TIMEOUT_MS : BOOT_TIMEOUT_MS;
    const spec = {
      ...{ image, shape, keys: newLoginKeys() },
      ...{ snapshot: undefined, given: [], groupFolders: [] },
    };
    const { machine, link } = await startMachine(slot, spec, brought, timeoutMs);
    undo.use(machine);
    undo.use(link);
  }
}

async function launchOwn(link: SshLink, wanted: Wanted, engine: EngineName): Promise<Dial> {
  await launch(link, wanted, engine, OWN_SOCKET);
  return link.dialer(OWN_SOCKET);
}

/** The most that a machine takes of the host's memory. */
export function machineBytes({ memoryMib }: MachineShape): number {
  return (memoryMib + QEMU_MIB) * MIB;
}

/** Of the QEMU process: the guest holds its programs' limits itself. */
function groupLimits(limits: Limits, shape: MachineShape): Limits {
  return { ...limits, memoryBytes: machineBytes(shape) };
}

function isSame(wanted: Wanted, common: Wanted): boolean {
  const names = Object.keys(common.limits) as (keyof Limits)[];
  return (
    (wanted.interfaces ?? []).length === 0 &&
    wanted.holdsPorts === common.holdsPorts &&
    names.every((name) => wanted.limits[name] === common.limits[name])
  );
}

/** Rejects with SandboxError where there is none. */
export async function versionOfQemu(): Promise<string> {
  try {
    const { stdout } = await run('qemu-system-x86_64', ['--version']);
    return stdout.split('\n')[0] ?? '';
  } catch {
    throw new SandboxError('QEMU is not installed. Install it: apt-get install qemu-system-x86');
  }
}
