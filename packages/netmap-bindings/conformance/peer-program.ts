// SPDX-License-Identifier: BSD-2-Clause
// The other process of a case: takes an order a line, and answers each with a line.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEVICE_STRUCTURES, encodeStructure, NETMAP } from '@ringlab/netmap-bindings/layout';
import { marks, moveTo, sequenceOf } from '../src/port/testing/frames.ts';
import { call } from './calls.ts';
import { endCase, POLL, pollfds } from './device.ts';
import { passDescriptor } from './passing.ts';
import { Port } from './port.ts';

const ports = new Map<string, Port>();
const portOf = (name: string): Port => {
  const port = ports.get(name) ?? Port.open(name);
  ports.set(name, port);
  return port;
};

/** What is sent comes 17, 23, ... frames a sync, each numbered and with its station in the top byte. */
async function stream(name: string, station: number, count: number, perSync: number) {
  const port = portOf(name);
  for (let sent = 0; sent < count; port.txSync())
    for (let i = 0; i < perSync && sent < count && port.put(2, station, (station << 24) | sent); i++) sent++;
  return count;
}

/** Reads as frames come, and says how many and how many were not the expected one. */
function drain(name: string, count: number) {
  const port = portOf(name);
  let [got, bad] = [0, 0];
  while (got < count) {
    const fds = pollfds([port.fd, POLL.IN]);
    if (call('poll', fds, 1, 5000) !== 1) break;
    for (; port.rx.head !== port.rx.tail; moveTo(port.rx, port.rx.next(port.rx.head)))
      if (sequenceOf(port.rx.slot(port.rx.head).buffer) !== got++) bad++;
  }
  return [got, bad];
}

/** A port that was opened elsewhere, by its inherited descriptor. */
function inherit(name: string, fd: number, memsize: number, offset: number) {
  const bytes = encodeStructure(DEVICE_STRUCTURES.nmreq_register, {
    nr_memsize: BigInt(memsize),
    nr_offset: BigInt(offset),
    nr_mode: NETMAP.NR_REG_ALL_NIC,
  });
  const port = new Port(fd, Port.replyFrom(bytes));
  ports.set(name, port);
  return port.map();
}

const orders = {
  open: (name: string) => marks(portOf(name).tx),
  put: (name: string, dst: number, src: number, first: number) => portOf(name).put(dst, src, first),
  send: (name: string, dst: number, src: number, first: number, count: number) =>
    portOf(name).send(dst, src, first, count),
  sendAfter: async (delayMs: number, name: string, dst: number, src: number, count: number) => {
    await sleep(delayMs);
    return portOf(name).send(dst, src, 0, count);
  },
  takeAfter: async (delayMs: number, name: string) => {
    await sleep(delayMs);
    return portOf(name).take();
  },
  close: (name: string) => portOf(name).close(),
  endCase: () => {
    ports.clear();
    return endCase();
  },
  stream,
  drain,
  inherit,
  pass: (name: string, socket: number) => passDescriptor(socket, portOf(name).fd),
  shape: (name: string) => [portOf(name).reply.nr_memsize, portOf(name).reply.nr_offset].map(Number),
} as unknown as Record<string, (...args: readonly unknown[]) => unknown>;

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...args] = JSON.parse(line) as [string, ...unknown[]];
  const answer = await orders[name]?.(...args);
  process.stdout.write(`${JSON.stringify(answer ?? null)}\n`);
}
