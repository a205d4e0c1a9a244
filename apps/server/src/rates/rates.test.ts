// SPDX-License-Identifier: BSD-2-Clause
import type { NmstatPort, NmstatSample } from '@ringlab/netmap-bindings/layout';
import { expect, test } from 'vitest';
import { RateHistory } from './history.ts';
import { ratesBetween } from './rates.ts';

const ring = (dir: 'tx' | 'rx', packets: number, drops = 0) => ({
  dir,
  ring: 0,
  slots: 1024,
  head: 1,
  cur: 2,
  tail: 3,
  hwcur: 4,
  hwtail: 5,
  packets,
  bytes: packets * 60,
  drops,
  bad: 0,
  syncs: packets / 10,
  wakeups: 0,
});

const port = (name: string, tx: number, rx: number, drops = 0): NmstatPort => ({
  name,
  kind: 'vale',
  mem_id: 1,
  users: 1,
  pid: 1,
  rings: [ring('tx', tx), ring('rx', rx, drops)],
});

const sample = (tMs: number, ...ports: NmstatPort[]): NmstatSample => ({
  ts_us: tMs * 1000,
  engine: 'unetmap',
  ports,
});

test('rates are differences over the time that went by', () => {
  const [rate] = ratesBetween(sample(0, port('a', 100, 0)), sample(200, port('a', 300, 50, 5)));
  expect(rate?.tx).toEqual({ pps: 1000, bps: 480_000, dropPps: 0, packets: 300, syncsPerSecond: 100 });
  expect(rate?.rx).toMatchObject({ pps: 250, dropPps: 25 });
  expect(rate?.rings?.[0]).toEqual({
    dir: 'tx',
    ring: 0,
    slots: 1024,
    head: 1,
    cur: 2,
    tail: 3,
    hwcur: 4,
    hwtail: 5,
  });
});

test('a port that is new, or was opened again, counts from zero', () => {
  const before = sample(0, port('again', 1_000_000, 0));
  const [again, fresh] = ratesBetween(before, sample(100, port('again', 500, 0), port('fresh', 0, 70)));
  expect(again?.tx.pps).toBe(5000);
  expect(fresh?.rx.pps).toBe(700);
});

test('what a program tells has a rate, and no rings to look into', () => {
  const told = (packets: number): NmstatPort => ({ ...port('told:memif', 0, packets), kind: 'told' });
  const [rate] = ratesBetween(sample(0, told(0)), sample(100, told(70)));
  expect([rate?.rx.pps, rate?.rings]).toEqual([700, undefined]);
});

test('a port that is gone is left out, and the first reading has no rate', () => {
  expect(ratesBetween(sample(0, port('a', 1, 1)), sample(100))).toEqual([]);
  expect(ratesBetween(undefined, sample(100, port('a', 500, 0)))[0]?.tx).toMatchObject({
    pps: 0,
    packets: 500,
  });
});

const rate = (pps: number) => ({ pps, bps: pps * 480, dropPps: 0, packets: pps, syncsPerSecond: 1 });

test('history is full for a minute, then a mean a second, and ends after ten', () => {
  const history = new RateHistory();
  for (let tMs = 0; tMs < 720_000; tMs += 100) {
    history.add({
      runId: 'r',
      tMs,
      ports: [{ port: 'a', tx: rate((tMs / 100) % 10), rx: rate(0), rings: [] }],
    });
  }
  const samples = history.samples();
  const lastMs = samples.at(-1)?.tMs ?? 0;
  expect(lastMs).toBe(719_900);
  expect(samples.filter(({ tMs }) => tMs > lastMs - 60_000)).toHaveLength(600);
  expect(samples[0]?.tMs).toBeGreaterThanOrEqual(lastMs - 601_000);
  expect(samples.length).toBeLessThan(600 + 10 + 545);
  expect(samples[0]?.ports[0]?.tx.pps).toBeCloseTo(4.5);
  expect(samples.every(({ ports }) => ports.every(({ rings }) => rings === undefined))).toBe(true);
  expect(samples.map(({ tMs }) => tMs)).toEqual(samples.map(({ tMs }) => tMs).toSorted((a, b) => a - b));
});

test("a device's host rings have rates of their own, and are shown with its rings", () => {
  const device = (host: string, wire: number, stack: number): NmstatPort => ({
    ...port('eth0', 0, 0),
    kind: 'nic',
    host,
    rings: [
      ring('tx', wire),
      { ...ring('tx', stack), ring: 1 },
      ring('rx', 0),
      { ...ring('rx', 0), ring: 1 },
    ],
  });
  const [wire, stack] = ratesBetween(sample(0, device('bpf', 10, 10)), sample(100, device('bpf', 60, 20)));
  expect([wire?.port, wire?.tx.pps, wire?.rings?.length]).toEqual(['eth0', 500, 4]);
  expect([stack?.port, stack?.tx.pps, stack?.rings]).toEqual(['eth0^', 100, undefined]);
  expect(ratesBetween(undefined, sample(0, device('none', 1, 1)))).toHaveLength(1);
});
