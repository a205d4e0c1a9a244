// SPDX-License-Identifier: BSD-2-Clause
/** Which part of the history a chart shows. Live windows end at the newest reading and move with it. */
export interface TimeWindow {
  /** Undefined: live. */
  readonly endMs: number | undefined;
  readonly spanMs: number;
}

export interface Extent {
  readonly oldestMs: number;
  readonly newestMs: number;
}

export const LIVE: TimeWindow = { endMs: undefined, spanMs: 60_000 };
const SHORTEST_MS = 5_000;
const LONGEST_MS = 600_000;

export function visible(window: TimeWindow, { newestMs }: Extent): { fromMs: number; toMs: number } {
  const toMs = window.endMs ?? newestMs;
  return { fromMs: toMs - window.spanMs, toMs };
}

/** Moves the window, `byMs` negative for back in time. Pushed against the newest reading, it is live again. */
export function pan(window: TimeWindow, byMs: number, extent: Extent): TimeWindow {
  const earliestEndMs = Math.min(extent.newestMs, extent.oldestMs + window.spanMs);
  const endMs = Math.max(earliestEndMs, (window.endMs ?? extent.newestMs) + byMs);
  return { ...window, endMs: endMs >= extent.newestMs ? undefined : endMs };
}

/** Changes how much time is seen; the moment under the pointer, `at` from 0 (left) to 1 (right), stays there. */
export function zoom(window: TimeWindow, factor: number, at: number, extent: Extent): TimeWindow {
  const spanMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, window.spanMs * factor));
  if (window.endMs === undefined) return { ...window, spanMs };
  const grownMs = (spanMs - window.spanMs) * (1 - at);
  return pan({ endMs: window.endMs, spanMs }, grownMs, extent);
}
