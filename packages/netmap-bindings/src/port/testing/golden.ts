// SPDX-License-Identifier: BSD-2-Clause
// What a C program recorded on in-kernel netmap, and short words for asking it again from TypeScript on the engine of
// this repository.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { NetmapError, NetmapPort, type PortOptions, type Ring } from '../../index.ts';
import { frame, moveTo, sequenceOf } from './frames.ts';
import { recorded } from './recorded.ts';

export { isOrdered, marks, moveTo, slots, station } from './frames.ts';
export { recorded } from './recorded.ts';

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

/** Keys that a case leaves out ask for what the bindings do not show, such as the result of a call that throws. */
export type Case = () => Promise<Readonly<Record<string, unknown>>>;

export function testCases(cases: Readonly<Record<string, Case>>): void {
  test.each(Object.entries(cases))('%s', async (name, run) => {
    const got = await run();
    const asked = Object.fromEntries(Object.keys(got).map((key) => [key, recorded(name)[key]]));
    expect(got).toEqual(asked);
  });
}
