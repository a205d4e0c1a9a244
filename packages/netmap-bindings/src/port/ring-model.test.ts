// SPDX-License-Identifier: BSD-2-Clause
// A pipe against a model of it: two numbers a ring, and a queue.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { NetmapPort, type Ring } from '../index.ts';

const region = mkdtempSync(join('/dev/shm', 'bindings-model-'));
afterAll(() => rmSync(region, { recursive: true, force: true }));

const SLOTS = 16;

interface Model {
  /** In the sender's ring, and not told to netmap yet. */
  injected: number;
  /** Told to netmap, and not seen by the receiver's ring. */
  travelling: number;
  /** Between the receiver's head and tail. */
  arrived: number;
  /** Released by the receiver, netmap knowing it only after its next sync. */
  released: number;
  /** What the sender knows to be free. */
  free: number;
  /** Released for all to see, and to be free after the sender's next sync. */
  returning: number;
  sent: number;
  taken: number;
}

interface Real {
  readonly sender: NetmapPort;
  readonly receiver: NetmapPort;
  readonly tx: Ring;
  readonly rx: Ring;
}

type Command = fc.Command<Model, Real>;

const check = (model: Model, { tx, rx }: Real) => {
  expect(tx.space).toBe(model.free);
  expect(tx.isPending).toBe(model.free < SLOTS - 1);
  expect(rx.space).toBe(model.arrived);
};

const command = (name: string, run: (model: Model, real: Real) => void): Command => ({
  check: () => true,
  run: (model, real) => {
    run(model, real);
    check(model, real);
  },
  toString: () => name,
});

const inject = (count: number) =>
  command(`inject ${count}`, (model, { sender }) => {
    for (let i = 0; i < count; i++) {
      const room = model.free > 0;
      expect(sender.inject(Uint8Array.of(model.sent & 255, model.sent >> 8))).toBe(room);
      if (!room) continue;
      model.free--;
      model.injected++;
      model.sent++;
    }
  });

const txSync = command('txSync', (model, { sender }) => {
  sender.txSync();
  model.travelling += model.injected;
  model.injected = 0;
  model.free += model.returning;
  model.returning = 0;
});

const rxSync = command('rxSync', (model, { receiver }) => {
  receiver.rxSync();
  model.arrived += model.travelling;
  model.travelling = 0;
  model.returning += model.released;
  model.released = 0;
});

const take = (count: number) =>
  command(`take ${count}`, (model, { rx }) => {
    for (let i = 0; i < Math.min(count, model.arrived); i++) {
      expect([...rx.slot(rx.head).bytes]).toEqual([model.taken & 255, model.taken >> 8]);
      model.taken++;
      rx.head = rx.next(rx.head);
      rx.cur = rx.head;
    }
    const taken = Math.min(count, model.arrived);
    model.arrived -= taken;
    model.released += taken;
  });

const amount = fc.integer({ min: 0, max: SLOTS + 2 });
const commands = fc.commands(
  [amount.map(inject), fc.constant(txSync), fc.constant(rxSync), amount.map(take)],
  { maxCommands: 200, size: 'max' },
);

test('whatever is done to a pipe, its rings are those of the model', async () => {
  let id = 0;
  const property = fc.asyncProperty(commands, async (steps) => {
    const options = { region, txSlots: SLOTS, rxSlots: SLOTS };
    await using sender = await NetmapPort.open(`netmap:model${++id}{1`, options);
    await using receiver = await NetmapPort.open(`netmap:model${id}}1`, options);
    const [tx, rx] = [sender.txRings[0] as Ring, receiver.rxRings[0] as Ring];
    const model: Model = {
      injected: 0,
      travelling: 0,
      arrived: 0,
      released: 0,
      free: SLOTS - 1,
      returning: 0,
      sent: 0,
      taken: 0,
    };
    fc.modelRun(() => ({ model, real: { sender, receiver, tx, rx } }), steps);
  });
  await fc.assert(property, { numRuns: 60 });
});
