// SPDX-License-Identifier: BSD-2-Clause
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long something took or lasts: `0.4 s`, `12 s`, `3 min 05 s`, `1 h 20 min`. */
export function durationText(durationMs: number): string {
  if (durationMs < 10 * SECOND_MS) return `${(Math.max(0, durationMs) / SECOND_MS).toFixed(1)} s`;
  if (durationMs < MINUTE_MS) return `${Math.floor(durationMs / SECOND_MS)} s`;
  if (durationMs < HOUR_MS)
    return `${Math.floor(durationMs / MINUTE_MS)} min ${pad(Math.floor((durationMs % MINUTE_MS) / SECOND_MS))} s`;
  return minutesText(Math.floor(durationMs / MINUTE_MS));
}

/** `25 min`, `1 h`, `1 h 20 min` */
export function minutesText(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** How long ago, coarse enough not to flicker: `now`, `40 s`, `12 min`, `3 h`. */
export function agoText(thenMs: number, nowMs: number): string {
  const pastMs = nowMs - thenMs;
  if (pastMs < 10 * SECOND_MS) return 'now';
  if (pastMs < MINUTE_MS) return `${Math.floor(pastMs / (10 * SECOND_MS)) * 10} s`;
  return minutesText(pastMs < HOUR_MS ? Math.floor(pastMs / MINUTE_MS) : Math.floor(pastMs / HOUR_MS) * 60);
}

function pad(value: number): string {
  return value.toString().padStart(2, '0');
}
