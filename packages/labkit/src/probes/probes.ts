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
  /** To begin with; as many more as it takes until enough time was counted. */
  readonly packets: number;
  readonly bytes: number;
}

/** Processor time is counted in hundredths of a second: of so much, an error of one of them matters little. */
const ENOUGH_CPU_MS = 60;
const MOST_FLOODS = 6;

/** Processor time that `program` takes for a packet that it moves; undefined when it did not move them all. */
export async function cpuPerPacketNs(
  context: CheckContext,
  program: Program,
  { packets, ...plan }: CpuPlan,
): Promise<number | undefined> {
  const probe = await compiled(context, 'flood');
  const beforeMs = await program.cpuMs();
  let [tookMs, all] = [0, 0];
  for (let flood = 0; flood < MOST_FLOODS && tookMs < ENOUGH_CPU_MS; flood++) {
    const more = Math.max(packets, all);
    if (!(await moves(context, probe, { ...plan, packets: more }))) return undefined;
    requireRunning(program);
    all += more;
    tookMs = (await program.cpuMs()) - beforeMs;
  }
  return (tookMs * 1e6) / all;
}

async function moves(
  context: CheckContext,
  probe: string,
  { into, outOf, packets, bytes }: CpuPlan,
): Promise<boolean> {
  const flood = await context.start([probe, into, outOf, `${packets}`, `${bytes}`]);
  await flood.exit;
  return numbersOf(flood)[0] === packets;
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
