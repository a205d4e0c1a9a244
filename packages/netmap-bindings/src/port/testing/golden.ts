// SPDX-License-Identifier: BSD-2-Clause
// What a C program recorded on in-kernel netmap, and short words for asking it again from TypeScript on the engine of
// this repository.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { NetmapError, NetmapPort, type PortOptions, type Ring } from '../../index.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../../../unetmap/tests/conformance/golden.json', import.meta.url), 'utf8'),
) as { cases: readonly { case: string; got: Readonly<Record<string, unknown>> }[] };

export const caseNames: readonly string[] = golden.cases.map((one) => one.case);

const region = mkdtempSync(join('/dev/shm', 'bindings-golden-'));
const opened: NetmapPort[] = [];
afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});
afterAll(() => rmSync(region, { recursive: true, force: true }));

/** A port with one ring of each direction, and short words for what the cases do with it. */
export class Port {
  readonly port: NetmapPort;
  constructor(port: NetmapPort) {
    this.port = port;
  }
  get tx(): Ring {
    return this.port.txRings[0] as Ring;
  }
  get rx(): Ring {
    return this.port.rxRings[0] as Ring;
  }
  put(dst: number, src: number, sequence: number, bytes = 60): boolean {
    return this.port.inject(frame(dst, src, sequence, bytes));
  }
  send(dst: number, src: number, first: number, count: number, bytes = 60): number {
    let sent = 0;
    while (sent < count && this.put(dst, src, first + sent, bytes)) sent++;
    this.port.txSync();
    return sent;
  }
  pending(): number {
    this.port.rxSync();
    return this.rx.space;
  }
  /** The sequence numbers of everything that arrived. */
  take(): number[] {
    const taken: number[] = [];
    this.port.rxSync();
    for (; this.rx.head !== this.rx.tail; moveTo(this.rx, this.rx.next(this.rx.head)))
      taken.push(sequenceOf(this.rx.slot(this.rx.head).buffer));
    this.port.rxSync();
    return taken;
  }
  fill(): number {
    let count = 0;
    while (this.put(-1, 1, count)) count++;
    return count;
  }
}

export async function op(name: string, options: PortOptions = {}): Promise<Port> {
  const port = await NetmapPort.open(name, { region, ...options });
  opened.push(port);
  return new Port(port);
}

export async function attempt(name: string, options: PortOptions = {}): Promise<string> {
  try {
    (await NetmapPort.open(name, { region, ...options })).close();
    return 'ok';
  } catch (error) {
    if (error instanceof NetmapError) return error.code;
    throw error;
  }
}

/** Of no type that anybody has; stations are small numbers, -1 everybody, -2 a group. */
function frame(dst: number, src: number, sequence: number, bytes: number): Uint8Array {
  const whole = new Uint8Array(Math.max(bytes, 18));
  whole.set(station(dst), 0);
  whole.set(station(src), 6);
  whole.set([0x88, 0xb5], 12);
  new DataView(whole.buffer).setUint32(14, sequence, true);
  return whole.subarray(0, bytes);
}

export function station(number: number): number[] {
  if (number === -1) return [255, 255, 255, 255, 255, 255];
  return number === -2 ? [1, 0, 0x5e, 0, 0, 7] : [2, 0, 0, 0, 0, number];
}

function sequenceOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(14, true);
}

export function moveTo(ring: Ring, index: number): void {
  ring.head = index;
  ring.cur = index;
}

export const marks = ({ head, cur, tail }: Ring) => [head, cur, tail];
export const slots = <T>(ring: Ring, count: number, of: (slot: ReturnType<Ring['slot']>) => T): T[] =>
  Array.from({ length: count }, (_, i) => of(ring.slot(i)));
export const isOrdered = (numbers: readonly number[]) =>
  numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number)) ? 1 : 0;

/** What the case recorded; empty if there is no such case. */
export function recorded(name: string): Readonly<Record<string, unknown>> {
  return golden.cases.find((one) => one.case === name)?.got ?? {};
}

/** Keys that a case leaves out ask for what the bindings do not show, such as the result of a call that throws. */
export type Case = () => Promise<Readonly<Record<string, unknown>>>;

export function testCases(cases: Readonly<Record<string, Case>>): void {
  test.each(Object.entries(cases))('%s', async (name, run) => {
    const got = await run();
    const asked = Object.fromEntries(Object.keys(got).map((key) => [key, recorded(name)[key]]));
    expect(got).toEqual(asked);
  });
}
