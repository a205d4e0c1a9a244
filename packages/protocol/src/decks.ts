// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { labSlug } from './labs.ts';

/** A lecture: what the course page says of it. */
export const deckSummary = z.object({
  /** The file's name without its end: `02-netmap-api`. */
  slug: z.string().regex(/^\d\d-[a-z0-9-]+$/),
  title: z.string().min(1),
  summary: z.string().min(1),
  minutes: z.int().min(1).max(180),
  /** The lab that it comes before; without it, it comes last. */
  before: labSlug.optional(),
  slides: z.int(),
});
export type DeckSummary = z.infer<typeof deckSummary>;

/** Slides are Markdown, with a line `---` between two and speaker notes behind a line `Note:`. */
export const deck = deckSummary.extend({ markdown: z.string() });
export type Deck = z.infer<typeof deck>;

export const deckList = z.object({ decks: z.array(deckSummary) });
export type DeckList = z.infer<typeof deckList>;
