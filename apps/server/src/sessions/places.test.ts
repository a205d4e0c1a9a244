// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { handingBack, Places } from './places.ts';

const forever = () => new AbortController().signal;

test('as many as there are places, then in the order they came', async () => {
  const queue = new Places(2).queue();
  const places = [await queue.enter(forever(), () => {}), await queue.enter(forever(), () => {})];
  const entered: string[] = [];
  const positions: number[] = [];
  const third = queue
    .enter(forever(), (position) => positions.push(position))
    .then(() => entered.push('third'));
  const fourth = queue
    .enter(forever(), (position) => positions.push(position))
    .then(() => entered.push('fourth'));
  expect(positions).toEqual([1, 2]);
  places[0]?.[Symbol.dispose]();
  await third;
  expect(positions).toEqual([1, 2, 1]);
  places[1]?.[Symbol.dispose]();
  await fourth;
  expect(entered).toEqual(['third', 'fourth']);
});

test('who gives up while waiting takes no place, even when it comes at that moment', async () => {
  const queue = new Places(1).queue();
  const first = await queue.enter(forever(), () => {});
  const giveUp = new AbortController();
  const waiting = queue.enter(giveUp.signal, () => {});
  first?.[Symbol.dispose]();
  giveUp.abort();
  expect(await waiting).toBeUndefined();
  const free = await queue.enter(forever(), () => {
    throw new Error('nobody should have to wait');
  });
  expect(free).toBeDefined();
});

test('where something has to be handed back, the next one waits until it was', async () => {
  let handedBack!: () => void;
  const handing = new Promise<void>((resolve) => {
    handedBack = resolve;
  });
  const places = new Places(1).queue();
  const first = await handingBack(places, () => handing).enter(forever(), () => {});
  let entered = false;
  const second = places.enter(forever(), () => {}).then(() => (entered = true));
  first?.[Symbol.dispose]();
  await new Promise(setImmediate);
  expect(entered).toBe(false);
  handedBack();
  await second;
  expect(entered).toBe(true);
});

test('the sizes of those inside stay within what there is, and nobody small overtakes who waits', async () => {
  const places = new Places(10);
  const entered: string[] = [];
  const enter = (name: string, size: number) =>
    places
      .queue(size)
      .enter(forever(), () => {})
      .then((place) => {
        entered.push(name);
        return place;
      });
  const first = await enter('six', 6);
  const large = enter('five', 5);
  const small = enter('one', 1);
  await new Promise(setImmediate);
  expect(entered).toEqual(['six']);
  first?.[Symbol.dispose]();
  await Promise.all([large, small]);
  expect(entered).toEqual(['six', 'five', 'one']);
});

test('who is larger than all there is comes in alone', async () => {
  const places = new Places(10);
  const other = await places.queue(1).enter(forever(), () => {});
  let alone = false;
  const large = places
    .queue(25)
    .enter(forever(), () => {})
    .then((place) => {
      alone = true;
      return place;
    });
  await new Promise(setImmediate);
  expect(alone).toBe(false);
  other?.[Symbol.dispose]();
  (await large)?.[Symbol.dispose]();
  expect(await places.queue(10).enter(forever(), () => {})).toBeDefined();
});

test('who waits in vain in front of somebody small lets that one in by giving up', async () => {
  const places = new Places(2);
  const giveUp = new AbortController();
  await places.queue(1).enter(forever(), () => {});
  const large = places.queue(2).enter(giveUp.signal, () => {});
  const small = places.queue(1).enter(forever(), () => {});
  giveUp.abort();
  expect(await large).toBeUndefined();
  expect(await small).toBeDefined();
});

test('a place more lets one more in who waits', async () => {
  let capacity = 1;
  const places = new Places(() => capacity);
  await places.queue().enter(forever(), () => {});
  const waiting = places.queue().enter(forever(), () => {});
  capacity = 2;
  expect(await waiting).toBeDefined();
});
