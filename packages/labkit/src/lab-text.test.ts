// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLabText } from './lab-text.ts';

describe("a lab's text", () => {
  test('is cut at headings of the second level', () => {
    expect(parseLabText('Hello\n\n## One\nfirst\n### Deeper\nmore\n## Going further\nlater\n')).toEqual({
      intro: 'Hello',
      sections: [{ title: 'One', text: 'first\n### Deeper\nmore', line: 3 }],
      goingFurther: 'later',
      tasks: [],
    });
  });

  test('has tasks at headings of the third level, in its last section', () => {
    const text = parseLabText('## One\n## Going further\n\nlater\n\n### Task\n\ndo this\n### Other\n');
    expect(text.goingFurther).toBe('later');
    expect(text.tasks).toEqual([
      { title: 'Task', text: 'do this', line: 6 },
      { title: 'Other', text: '', line: 9 },
    ]);
  });

  test('is not cut inside code', () => {
    expect(parseLabText('```\n## no heading\n```\n## One\n').sections.map(({ title }) => title)).toEqual([
      'One',
    ]);
    expect(parseLabText('````\n```\n## no\n````\n').sections).toEqual([]);
  });

  test('loses no line', () => {
    const line = fc.constantFrom('## Title', 'words', '```', '~~~', '', '# Top', '## Going on');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const { intro, sections } = parseLabText(lines.join('\n'));
        const together = [intro, ...sections.flatMap(({ title, text }) => [`## ${title}`, text])].join('\n');
        const kept = (text: string) => text.split('\n').filter((one) => one !== '');
        expect(kept(together)).toEqual(kept(lines.join('\n')));
      }),
    );
  });
});
