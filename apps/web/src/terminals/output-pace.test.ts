// SPDX-License-Identifier: BSD-2-Clause
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutputPace } from './output-pace.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const KIB = 1024;

/** A terminal that draws what it is given at once. */
function watched() {
  const written: number[] = [];
  const resets: number[] = [];
  let largest = 0;
  const pace = new OutputPace(({ bytes, reset }, drawn) => {
    if (reset) resets.push(written.length);
    for (const byte of bytes) written.push(byte);
    largest = Math.max(largest, bytes.byteLength);
    drawn();
  });
  return { pace, written, resets, largest: () => largest };
}

const output = (bytes: Uint8Array, reset = false) => ({ bytes, reset, replayed: false });
const numbers = (count: number, from = 0) => Uint8Array.from({ length: count }, (_, at) => (from + at) % 251);

describe('a terminal that is seen', () => {
  it('is given everything at once', () => {
    const { pace, written } = watched();
    const drawn = vi.fn();
    pace.seen();
    pace.pass(output(numbers(100_000)), drawn);
    expect(written).toHaveLength(100_000);
    expect(drawn).toHaveBeenCalledOnce();
  });
});

describe('a terminal that nobody sees', () => {
  it('is given about 512 KiB a second, in small slices, and says so only for what it drew', () => {
    const { pace, written, largest } = watched();
    const drawn = vi.fn();
    pace.pass(output(numbers(1024 * KIB)), drawn);
    expect(written).toHaveLength(0);
    vi.advanceTimersByTime(1000);
    expect(written.length).toBeGreaterThan(400 * KIB);
    expect(written.length).toBeLessThan(600 * KIB);
    expect(largest()).toBeLessThanOrEqual(16 * KIB);
    expect(drawn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1500);
    expect(drawn).toHaveBeenCalledOnce();
  });

  it('has everything in order, whatever is cut where', () => {
    const { pace, written } = watched();
    const sizes = [1, 0, 8191, 8192, 8193, 30_000, 5];
    let from = 0;
    for (const size of sizes) {
      pace.pass(output(numbers(size, from)), () => {});
      from += size;
    }
    vi.advanceTimersByTime(500);
    expect(written).toEqual([...numbers(from)]);
  });

  it('has all that waited the moment it is seen', () => {
    const { pace, written } = watched();
    pace.pass(output(numbers(300_000)), () => {});
    vi.advanceTimersByTime(40);
    pace.seen();
    expect(written).toEqual([...numbers(300_000)]);
    vi.advanceTimersByTime(1000);
    expect(written).toHaveLength(300_000);
  });

  it('is cleared once, and spared what would be cleared', () => {
    const { pace, written, resets } = watched();
    pace.pass(output(numbers(50_000)), () => {});
    pace.pass(output(numbers(20_000), true), () => {});
    vi.advanceTimersByTime(300);
    expect(resets).toEqual([0]);
    expect(written).toEqual([...numbers(20_000)]);
  });
});
