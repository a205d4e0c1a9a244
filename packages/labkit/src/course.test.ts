// SPDX-License-Identifier: BSD-2-Clause
/** What the labs of this course promise; labs of others need not. */
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findLabs } from './find-labs.ts';
import { parseManifest } from './manifest.ts';

const LABS = await findLabs([resolve(import.meta.dirname, '../../../labs')]);
/** What fits beside the editor on the smallest screen. */
const WIDEST_COLUMNS = 55;
/** A fence without a language is a drawing; what is left open at the end of one that has a language is no other's. */
const FENCES = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** Mistakes that people make, and no more than are verified in a few minutes. */
const MUTANTS = { fewest: 4, most: 8 };

async function read(lab: string) {
  const { manifest } = parseManifest(await readFile(join(lab, 'lab.yaml'), 'utf8'), lab);
  if (manifest === undefined) throw new Error(`${lab} has no manifest.`);
  const checks = await readFile(join(lab, 'checks.ts'), 'utf8');
  return { manifest, checks, text: await readFile(join(lab, 'text.md'), 'utf8') };
}

test.for(LABS.map((lab) => [basename(lab), lab] as const))(
  '%s has all that a lab of the course has',
  async ([, lab]) => {
    const { manifest, checks, text } = await read(lab);
    expect(manifest.minutes).toBeGreaterThanOrEqual(10);
    expect(manifest.minutes).toBeLessThanOrEqual(40);
    for (const { id, hints } of [...manifest.steps, ...manifest.further])
      expect(hints, `hints of ${id}`).toHaveLength(3);
    expect(manifest.mutants.length).toBeGreaterThanOrEqual(MUTANTS.fewest);
    expect(manifest.mutants.length).toBeLessThanOrEqual(MUTANTS.most);
    const nobodyGives = Object.keys(manifest.hints).filter((id) => !checks.includes(`'${id}'`));
    expect(nobodyGives, 'hints that no check gives').toEqual([]);
    expect(manifest.further.length).toBeGreaterThan(0);
    expect(manifest.questions.length).toBeGreaterThan(0);
    expect(text).toMatch(/^!\[.+\]\(figures\//m);
    for (const [, language, drawing = ''] of text.matchAll(FENCES))
      if (language === '')
        for (const line of drawing.split('\n')) expect(line.length, line).toBeLessThanOrEqual(WIDEST_COLUMNS);
  },
);
