// SPDX-License-Identifier: BSD-2-Clause

const TYPING_MS = 600;
/** How often live views draw while somebody types. */
const CALM_MS = 500;

let keyAtMs = Number.NEGATIVE_INFINITY;
addEventListener('keydown', () => (keyAtMs = performance.now()), { capture: true, passive: true });

/** From soon after a key press until a moment after the last one. */
export function isTyping(): boolean {
  return performance.now() - keyAtMs < TYPING_MS;
}

/**
 * Whether a live view that drew last at `drawnAtMs` should draw again. A typed character waits for whatever else the page
 * draws, so while somebody types, charts and links move seldom.
 */
export function mayDraw(drawnAtMs: number): boolean {
  return !isTyping() || performance.now() - drawnAtMs >= CALM_MS;
}
