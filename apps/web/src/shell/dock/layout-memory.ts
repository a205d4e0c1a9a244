// SPDX-License-Identifier: BSD-2-Clause
import type { SerializedDockview } from 'dockview-react';
import { z } from 'zod';

const hiddenPlace = z.object({ groupId: z.string(), index: z.int() });
const kept = z.object({
  format: z.literal(1),
  /** Dockview's own; it is tried, and thrown away when dockview refuses it. */
  dock: z.custom<SerializedDockview>((value) => typeof value === 'object' && value !== null),
  /** Where the panels that are hidden now stood among the tabs of their group. */
  hidden: z.record(z.string(), hiddenPlace),
});
export type Layout = Omit<z.infer<typeof kept>, 'format'>;
export type HiddenPlace = z.infer<typeof hiddenPlace>;

const key = (lab: string) => `ringlab.layout/${lab}`;

export function rememberLayout(lab: string, layout: Layout): void {
  try {
    localStorage.setItem(key(lab), JSON.stringify({ format: 1, ...layout }));
  } catch {
    // No storage: the layout lasts as long as the page.
  }
}

export function recallLayout(lab: string): Layout | undefined {
  try {
    return kept.parse(JSON.parse(localStorage.getItem(key(lab)) ?? 'null'));
  } catch {
    return undefined;
  }
}

export function forgetLayout(lab: string): void {
  localStorage.removeItem(key(lab));
}
