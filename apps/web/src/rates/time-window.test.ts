// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { LIVE, pan, visible, zoom } from './time-window.ts';

const extent = { oldestMs: 0, newestMs: 300_000 };

it('shows the last minute when live', () => {
  expect(visible(LIVE, extent)).toEqual({ fromMs: 240_000, toMs: 300_000 });
});

describe('pan', () => {
  it('goes back, and stands still while new readings come', () => {
    const back = pan(LIVE, -100_000, extent);
    expect(visible(back, { ...extent, newestMs: 400_000 })).toEqual({ fromMs: 140_000, toMs: 200_000 });
  });

  it('stops at the oldest reading', () => {
    expect(visible(pan(LIVE, -9e9, extent), extent)).toEqual({ fromMs: 0, toMs: 60_000 });
  });

  it('is live again at the newest reading', () => {
    expect(pan(pan(LIVE, -50_000, extent), 50_000, extent)).toEqual(LIVE);
  });

  it('stays live when there is nothing older to see', () => {
    expect(pan(LIVE, -5_000, { oldestMs: 290_000, newestMs: 300_000 })).toEqual(LIVE);
  });
});

describe('zoom', () => {
  it('keeps the moment under the pointer', () => {
    const zoomed = visible(zoom({ endMs: 200_000, spanMs: 60_000 }, 0.5, 0.25, extent), extent);
    expect(zoomed.fromMs + 0.25 * (zoomed.toMs - zoomed.fromMs)).toBe(155_000);
  });

  it('keeps a live window live, between five seconds and ten minutes', () => {
    expect(zoom(LIVE, 1e-9, 0.5, extent)).toEqual({ endMs: undefined, spanMs: 5_000 });
    expect(zoom(LIVE, 1e9, 0.5, extent)).toEqual({ endMs: undefined, spanMs: 600_000 });
  });
});
