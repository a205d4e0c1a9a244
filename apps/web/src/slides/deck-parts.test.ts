// SPDX-License-Identifier: BSD-2-Clause
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parseFigure } from '../ring-figure/model/told-figure.ts';
import { slidesOf } from './deck-parts.ts';

const DECKS = join(import.meta.dirname, '../../../../labs/slides');

describe.each(readdirSync(DECKS).filter((name) => name.endsWith('.md')))('%s', (name) => {
  const text = readFileSync(join(DECKS, name), 'utf8');

  test('each ring figure tells what netmap allows, and each slide has a title', () => {
    const [, , body = ''] = text.match(/^---\n([\s\S]*?)\n---\n([\s\S]*)$/) ?? [];
    const slides = slidesOf(body.replace(/<!--[\s\S]*?-->\n?/g, ''));
    expect(slides.length).toBeGreaterThan(3);
    for (const slide of slides) expect(slide.text).toMatch(/^##? /);
    for (const { figure } of slides)
      for (const { scene } of figure?.steps ?? []) expect(scene.rings.length).toBeGreaterThan(0);
  });

  test('its links to labs lead somewhere', () => {
    for (const [, lab = '', query = ''] of text.matchAll(/\]\(\/labs\/([^)?]+)(\?[^)]*)?\)/g)) {
      const manifest = readFileSync(join(DECKS, '..', lab, 'lab.yaml'), 'utf8');
      const step = new URLSearchParams(query).get('step');
      if (step !== null) expect(manifest).toContain(`- id: ${step}\n`);
    }
  });
});

describe('slidesOf', () => {
  it('takes figure and notes out of the text', () => {
    const [first, second] = slidesOf(
      '# A\n\n```rings\nring a/rx0 8\n# One comes\narrive a/rx0 1\n```\n\nNote:\nSay it.\n\n---\n## B\n',
    );
    expect(first).toMatchObject({ text: '# A', notes: 'Say it.' });
    expect(first?.figure?.steps.map(({ caption }) => caption)).toEqual(['One comes']);
    expect(first?.figure?.steps[0]?.scene.rings[0]).toMatchObject({ head: 0, tail: 0, hwtail: 1 });
    expect(second).toEqual({ text: '## B', figure: undefined, notes: '' });
  });

  it('names the line of what netmap forbids', () => {
    expect(() => parseFigure('ring a/rx0 8\n# Reads\nread a/rx0 1')).toThrow('Line 3, "read a/rx0 1"');
    expect(() => parseFigure('ring a 8\n# x')).toThrow('A ring is named like');
    expect(() => parseFigure('ring a/rx0 8\n# x\ndance a/rx0')).toThrow('dance is no move');
    expect(() => parseFigure('ring a/rx0 8')).toThrow('has a step');
  });
});
