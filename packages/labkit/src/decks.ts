// SPDX-License-Identifier: BSD-2-Clause
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Deck, deck } from '@ringlab/protocol';
import { parse } from 'yaml';
import { z } from 'zod';
import { type LabFault, LabFaults } from './faults.ts';

const FRONT = /^---\n([\s\S]*?)\n---\n/;

/** Where one slide ends and the next begins. */
const BETWEEN_SLIDES = /\n---\n/;

/**
 * The lectures in a folder, in their order: each a file `NN-slug.md` that begins with title, summary, minutes and `before` in
 * YAML. No folder, no lectures. Rejects with LabFaults that holds everything that is wrong.
 */
export async function loadDecks(dir: string): Promise<Deck[]> {
  const names = (await readdir(dir).catch(() => [])).filter((name) => /^\d\d-.*\.md$/.test(name)).sort();
  const faults: LabFault[] = [];
  const texts = await Promise.all(
    names.map(async (name) => [name.slice(0, -3), await readFile(join(dir, name), 'utf8')] as const),
  );
  // One after the other, so that faults come in the order of the decks.
  const decks = texts.map(([slug, text]) => parseDeck(slug, text, faults));
  if (faults.length > 0) throw new LabFaults(faults);
  return decks.flatMap((found) => found ?? []);
}

function parseDeck(slug: string, text: string, faults: LabFault[]): Deck | undefined {
  const path = `slides/${slug}.md`;
  const [whole = '', front] = text.match(FRONT) ?? [];
  if (front === undefined) {
    faults.push({
      path,
      line: 1,
      message: 'A deck begins with its title, summary and minutes between two lines `---`.',
    });
    return undefined;
  }
  const markdown = text.slice(whole.length).replace(/<!--[\s\S]*?-->\n?/g, '');
  const slides = markdown.split(BETWEEN_SLIDES).length;
  const parsed = deck.safeParse({ ...(parse(front) as object), slug, slides, markdown });
  if (parsed.success) return parsed.data;
  faults.push({ path, line: 1, message: z.prettifyError(parsed.error) });
  return undefined;
}
