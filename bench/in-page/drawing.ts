// SPDX-License-Identifier: BSD-2-Clause
import type { Page } from '@playwright/test';

/** What the probe leaves in the page. */
interface Drawing {
  /** When a terminal that is seen showed something new, ms since navigation; at most once for each frame of the page. */
  readonly changes: number[];
  /** The time from the armed key press to the first change after it. */
  echoMs: Promise<number>;
  /** From now on `echoMs` is that of the next key. */
  arm(): void;
}

declare global {
  var benchDrawing: Drawing;
}

/**
 * From now on every page notes when a terminal changes on the screen, however xterm.js draws it: with elements (a
 * mutation below `.xterm-rows`) or with WebGL (the vertices of its glyphs, which it uploads for each frame as a
 * stream, differ from the last frame's).
 */
export async function watchDrawing(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const changes: number[] = [];
    let waiting: ((atMs: number) => void) | undefined;
    let frameAtMs: CSSNumberish | null = null;
    const changed = (): void => {
      const nowMs = performance.now();
      waiting?.(nowMs);
      // The timeline's time is the same all through one frame.
      if (document.timeline.currentTime === frameAtMs) return;
      frameAtMs = document.timeline.currentTime;
      changes.push(nowMs);
    };

    const sums = new WeakMap<WebGL2RenderingContext, number>();
    const upload = WebGL2RenderingContext.prototype.bufferData;
    const watched = function (this: WebGL2RenderingContext, ...args: unknown[]): void {
      const [, data, usage] = args;
      if (data instanceof Float32Array && usage === this.STREAM_DRAW) {
        let sum = data.length;
        for (let index = 0; index < data.length; index++) sum = (sum * 31 + (data[index] ?? 0) * 4096) | 0;
        if (sums.get(this) !== sum) changed();
        sums.set(this, sum);
      }
      Reflect.apply(upload, this, args);
    };
    WebGL2RenderingContext.prototype.bufferData = watched as typeof upload;

    // A terminal out of sight changes as well; what is typed appears in the one that has the focus.
    const isText = ({ target }: MutationRecord): boolean => {
      const rows = (target instanceof Element ? target : target.parentElement)?.closest('.xterm-rows');
      return rows != null && rows.closest('.xterm')?.contains(document.activeElement) === true;
    };
    new MutationObserver((records) => {
      if (records.some(isText)) changed();
    }).observe(document, { subtree: true, childList: true, characterData: true });

    const arm = (): void => {
      benchDrawing.echoMs = new Promise((resolve) => {
        const pressed = (event: KeyboardEvent): void => {
          waiting = (atMs) => {
            waiting = undefined;
            resolve(atMs - event.timeStamp);
          };
        };
        addEventListener('keydown', pressed, { capture: true, once: true });
      });
    };
    globalThis.benchDrawing = { changes, arm, echoMs: Promise.resolve(0) };
  });
}

/** Presses a key and waits until the terminal that has the focus shows what came back. */
export async function echoMs(page: Page, key: string): Promise<number> {
  await page.evaluate(() => benchDrawing.arm());
  await page.keyboard.press(key);
  return await page.evaluate(() => benchDrawing.echoMs);
}

const QUIET_MS = 700;

/** Resolves when nothing has been drawn for a while, with the times of all changes since the last time. */
export async function changesUntilQuiet(page: Page): Promise<number[]> {
  const changes: number[] = [];
  for (;;) {
    await page.waitForTimeout(QUIET_MS);
    const { nowMs, fresh } = await page.evaluate(() => ({
      nowMs: performance.now(),
      fresh: benchDrawing.changes.splice(0),
    }));
    for (const atMs of fresh) changes.push(atMs);
    if (nowMs - (changes.at(-1) ?? 0) > QUIET_MS) return changes;
  }
}
