// SPDX-License-Identifier: BSD-2-Clause

import { SandboxError } from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import { newLoginKeys } from '../over-ssh/keys.ts';
import { awaitAgent } from '../over-ssh/launch.ts';
import type { SshLink } from '../over-ssh/link.ts';
import { bring, freshness, launchCommand, REFRESH, type Wanted } from './guest.ts';
import { Machine, type MachineSpec } from './machine.ts';
import type { Slot } from './vm-folder.ts';

/** A machine that has booted or was continued, with a way in. */
export interface Started {
  readonly machine: Machine;
  readonly link: SshLink;
}

/** A machine was started that is of no use, and nobody ended it. */
export class MachineFault extends SandboxError {}

/** Starts a machine and logs in. `brought` is what a machine that boots is given; one that continues has it. */
export async function startMachine(
  slot: Slot,
  spec: MachineSpec,
  brought: string,
  timeoutMs: number,
): Promise<Started> {
  await using undo = new AsyncDisposableStack();
  const machine = undo.use(await Machine.start(slot, spec));
  const link = undo.use(await inMachine(machine, loggedIn(machine, spec, timeoutMs)));
  if (spec.snapshot === undefined) await inMachine(machine, bring(link, brought));
  undo.move();
  return { machine, link };
}

/** What is done in a machine. Rejects with MachineFault when it fails, unless somebody ended the machine meanwhile. */
export async function inMachine<T>(machine: Machine, what: Promise<T>): Promise<T> {
  try {
    return await machine.whileItLives(what);
  } catch (error) {
    if (machine.wasStopped) throw error;
    throw new MachineFault((error as Error).message);
  }
}

async function loggedIn(
  machine: Machine,
  { keys, snapshot }: MachineSpec,
  timeoutMs: number,
): Promise<SshLink> {
  try {
    return await machine.logIn(keys, timeoutMs, snapshot?.banner);
  } catch (error) {
    const said = await machine.console().catch(() => '');
    if (said === '') throw error;
    throw new SandboxError(`${(error as Error).message} Its console says: ${said}`);
  }
}

/** Gives a machine what no other one of its snapshot has. */
export async function refresh(link: SshLink): Promise<void> {
  await link.must('Giving the virtual machine its own keys', REFRESH, freshness(newLoginKeys()));
}

/** Makes a sandbox in the machine; resolves when its agent can be reached on that socket of the guest. */
export async function launch(
  link: SshLink,
  wanted: Wanted,
  engine: EngineName,
  socketPath: string,
): Promise<void> {
  const launched = await awaitAgent(link, launchCommand(wanted, engine, socketPath));
  if ('words' in launched)
    throw new SandboxError(`The virtual machine could not make a sandbox: ${launched.words}`);
}
