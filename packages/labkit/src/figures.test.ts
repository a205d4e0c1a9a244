// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, test } from 'vitest';
import { figureFaults, isFigure, withFigures } from './figures.ts';

const SVG =
  '<svg viewBox="0 0 10 10"><path class="line" d="M0 0 (5)"/><text x="1" y="2">a &lt; b</text></svg>';

describe('a drawing of a lab', () => {
  test('is put into the text, where its link stands', async () => {
    const text = 'One.\n![Two](figures/two.svg)\nThree.';
    const withSvg = await withFigures(text, async (path) => (path === 'figures/two.svg' ? SVG : ''));
    const [, line = ''] = withSvg.split('\n');
    expect(withSvg.split('\n')).toHaveLength(3);
    expect(line).toMatch(/^!\[Two\]\(data:image\/svg\+xml,[^()]+\)$/);
    expect(decodeURIComponent(line.slice(line.indexOf(',') + 1, -1))).toBe(SVG);
  });

  test('is named by a path in its folder', () => {
    expect(isFigure('figures/two.svg')).toBe(true);
    for (const target of ['figures/../two.svg', 'two.svg', 'https://a.b/figures/two.svg'])
      expect(isFigure(target)).toBe(false);
  });

  test('has nothing but what is drawn', () => {
    expect(figureFaults(`<!-- <script> -->${SVG}`)).toEqual([]);
    expect(figureFaults('<svg viewBox="0 0 1 1"><script/><a onclick="x()"/></svg>')).toEqual([
      'The element <script> is not drawn.',
      'The element <a> is not drawn.',
      'The attribute onclick is not drawn; use a class for its look.',
    ]);
    expect(figureFaults("<svg width='3'/>")).toHaveLength(2);
  });
});
