// SPDX-License-Identifier: BSD-2-Clause
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let press: () => void;

async function loaded() {
  vi.resetModules();
  vi.stubGlobal('addEventListener', (_type: string, pressed: () => void) => {
    press = pressed;
  });
  return await import('./typing.ts');
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('views draw whenever they like while nobody types', async () => {
  const { isTyping, mayDraw } = await loaded();
  expect(isTyping()).toBe(false);
  expect(mayDraw(performance.now())).toBe(true);
});

it('views draw twice a second while somebody types, and freely a moment after', async () => {
  const { isTyping, mayDraw } = await loaded();
  press();
  expect(isTyping()).toBe(true);
  const drawnAtMs = performance.now();
  vi.advanceTimersByTime(400);
  press();
  expect(mayDraw(drawnAtMs)).toBe(false);
  vi.advanceTimersByTime(150);
  expect(mayDraw(drawnAtMs)).toBe(true);
  expect(isTyping()).toBe(true);
  vi.advanceTimersByTime(500);
  expect(isTyping()).toBe(false);
  expect(mayDraw(performance.now())).toBe(true);
});
