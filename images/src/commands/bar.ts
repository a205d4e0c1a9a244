// SPDX-License-Identifier: BSD-2-Clause

const BAR_CELLS = 20;

/** What a build tells while it goes on. */
export interface Progress {
  /** Of the whole build, 0 to 1. */
  readonly done: number;
  readonly title: string;
  readonly detail: string;
}

export type Tell = (progress: Progress) => void;

/** `[#####...............]  25 %  detail` */
export function barOf(done: number, detail: string): string {
  const cells = Math.round(done * BAR_CELLS);
  const bar = `${'#'.repeat(cells)}${'.'.repeat(BAR_CELLS - cells)}`;
  return `[${bar}] ${String(Math.floor(done * 100)).padStart(3)} %  ${detail}`;
}

/** A line of JSON for each step, at most four a second; for programs that show it themselves. */
export function jsonLines(write: (line: string) => void): Tell {
  let last = { title: '', atMs: 0 };
  return ({ done, title, detail }) => {
    const atMs = Date.now();
    if (title === last.title && atMs - last.atMs < 250) return;
    last = { title, atMs };
    write(`${JSON.stringify({ done: Number(done.toFixed(3)), title, detail })}\n`);
  };
}
