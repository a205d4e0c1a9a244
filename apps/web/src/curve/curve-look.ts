// SPDX-License-Identifier: BSD-2-Clause

/** How a series is told from the others: by color, and without color by its marks and its dash. */
export interface LineLook {
  readonly color: string;
  readonly dash: string;
  /** Around 0, 0. */
  readonly mark: string;
}

const MARKS = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z',
  'M-3.5 -3.5h7v7h-7Z',
  'M0 -4.6L4.6 3.6H-4.6Z',
  'M0 -5L5 0L0 5L-5 0Z',
];
const DASHES = ['', '7 3', '7 3 2 3', '2 3'];
/** Series have an order, so their colors go around the accent from one side to the other, degrees of hue. */
const FROM_DEG = -105;
const TO_DEG = 55;

export function lineLook(index: number, count: number): LineLook {
  const turn = count < 2 ? 0 : FROM_DEG + ((TO_DEG - FROM_DEG) * index) / (count - 1);
  return {
    color: `oklch(from var(--accent) l c calc(h + ${Math.round(turn)}))`,
    dash: DASHES[index % DASHES.length] ?? '',
    mark: MARKS[index % MARKS.length] ?? '',
  };
}
