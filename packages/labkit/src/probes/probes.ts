// SPDX-License-Identifier: BSD-2-Clause
import { readFileSync } from 'node:fs';
import type { CheckContext } from '../checks/context.ts';
import type { Program } from '../checks/program.ts';
import { requireRunning } from '../checks/words.ts';

/** What a program on rings saw of packets that it sent and took out again; see `identity.c`. */
export interface Identity {
  readonly sent: number;
  readonly received: number;
  readonly intact: number;
  readonly sameBuffer: number;
  readonly flagged: number;
  readonly untold: number;
  readonly doubled: number;
  readonly lies: number;
}

export interface IdentityPlan {
  readonly into: string;
  readonly outOf: string;
  readonly udpPort: number;
  /** At most 60000. */
  readonly packets: number;
  readonly flows?: number;
  /** Before so many packets, one that claims more bytes than a buffer has. */
  readonly lieEvery?: number;
}

/** Sends numbered packets of 64 bytes, and sees which buffer each comes out in. Rejects when the probe cannot run. */
export async function probeIdentity(context: CheckContext, plan: IdentityPlan): Promise<Identity> {
  const { into, outOf, udpPort, packets, flows = 1, lieEvery = 0 } = plan;
  const numbers = [udpPort, packets, flows, lieEvery].map(String);
  const probe = await compiled(context, 'identity');
  const program = await context.start([probe, into, outOf, ...numbers]);
  await program.exit;
  const [sent = 0, received = 0, intact = 0, sameBuffer = 0, flagged = 0, untold = 0, doubled = 0, lies = 0] =
    numbersOf(program);
  return { sent, received, intact, sameBuffer, flagged, untold, doubled, lies };
}

export interface CpuPlan {
  readonly into: string;
  readonly outOf: string;
  readonly packets: number;
  readonly bytes: number;
}

/** Processor time that `program` takes for a packet that it moves; undefined when it did not move them all. */
export async function cpuPerPacketNs(
  context: CheckContext,
  program: Program,
  { into, outOf, packets, bytes }: CpuPlan,
): Promise<number | undefined> {
  const probe = await compiled(context, 'flood');
  const beforeMs = await program.cpuMs();
  const flood = await context.start([probe, into, outOf, `${packets}`, `${bytes}`]);
  await flood.exit;
  requireRunning(program);
  const tookMs = (await program.cpuMs()) - beforeMs;
  const [moved] = numbersOf(flood);
  return moved === packets ? (tookMs * 1e6) / packets : undefined;
}

/** Probes are built where they run, against the headers that the attendee has. */
async function compiled(context: CheckContext, name: 'identity' | 'flood'): Promise<string> {
  const source = readFileSync(new URL(`${name}.c`, import.meta.url), 'utf8');
  const folder = await context.put({ [`${name}.c`]: source });
  const binary = `${folder}/${name}`;
  const compiler = await context.start(['cc', '-O2', '-o', binary, `${binary}.c`]);
  if ((await compiler.exit).code !== 0)
    throw new Error(`the probe does not compile: ${compiler.lines.join(' ')}`);
  return binary;
}

function numbersOf(probe: Program): number[] {
  const line = probe.matches(/^(sent|moved) \d+/).at(-1)?.input;
  if (line === undefined) throw new Error(`the probe said nothing: ${probe.lines.join(' ')}`);
  return (line.match(/(?<= )\d+/g) ?? []).map(Number);
}
