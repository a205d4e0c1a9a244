// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { findLocation } from './location.ts';

const FILES = [
  { path: 'Makefile', content: 'all: sink\n' },
  {
    path: 'sink.c',
    content: '/* poll() sleeps\n   in poll() */\nputs("poll(/*");\n\tn = poll(&pfd, 1, 0); // poll()\n',
  },
];

test('the first pattern that finds any code says where to look', () => {
  expect(findLocation(FILES, [/select\(/, /poll\(&/])).toEqual({ path: 'sink.c', line: 4 });
  expect(findLocation(FILES, [undefined, /^all/])).toEqual({ path: 'Makefile', line: 1 });
});

test('comments are no code, and quotes hold no comments', () => {
  expect(findLocation(FILES, [/poll\(/])).toEqual({ path: 'sink.c', line: 3 });
  expect(findLocation(FILES, [/sleeps/])).toBeUndefined();
});

test('a definition may have its type on the same line, and a call is none', () => {
  const content = 'auto n = 0;\nvoid wait();\nint main() {\n\twait();\n}\nstatic inline void wait() {\n}\n';
  const files = [{ path: 'gate.cpp', content }];
  expect(findLocation(files, [/^(take|wait)\(/])).toEqual({ path: 'gate.cpp', line: 6 });
  expect(findLocation(files, [/^take\(/])).toBeUndefined();
});
