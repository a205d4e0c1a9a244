// SPDX-License-Identifier: BSD-2-Clause
import { diagnostic } from '@ringlab/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDiagnostics, withCharacterColumns } from './diagnostics.ts';

/** As gcc 12, GNU ld and GNU make print it in a terminal. */
const GCC = `cc -std=gnu11 -O2 -g -Wall -Wextra -o sink sink.c
sink.c: In function 'main':
sink.c:12:17: error: 'foo' undeclared (first use in this function); did you mean 'fol'?\r
   12 |         return x + foo;
      |                 ^~~~~~~
      |                 fol
sink.c:12:17: note: each undeclared identifier is reported only once for each function it appears in
sink.c:14:9: warning: unused variable 'y' [-Wunused-variable]
   14 |     int y;
      |         ^
In file included from sink.c:3:
/opt/ringlab/include/net/netmap_user.h:5:10: fatal error: nothing.h: No such file or directory
    5 | #include <nothing.h>
      |          ^~~~~~~~~~~
compilation terminated.
make: *** [Makefile:5: sink] Error 1
`;

describe('what a compiler complains about', () => {
  test('errors, notes, warnings and missing headers, with their extent', () => {
    expect(parseDiagnostics(GCC)).toEqual([
      {
        path: 'sink.c',
        line: 12,
        column: 17,
        endColumn: 24,
        severity: 'error',
        message: "'foo' undeclared (first use in this function); did you mean 'fol'?",
      },
      {
        path: 'sink.c',
        line: 12,
        column: 17,
        severity: 'note',
        message: 'each undeclared identifier is reported only once for each function it appears in',
      },
      {
        path: 'sink.c',
        line: 14,
        column: 9,
        endColumn: 10,
        severity: 'warning',
        message: "unused variable 'y'",
        option: '-Wunused-variable',
      },
      {
        path: '/opt/ringlab/include/net/netmap_user.h',
        line: 5,
        column: 10,
        endColumn: 21,
        severity: 'error',
        message: 'nothing.h: No such file or directory',
      },
    ]);
  });

  test.each([
    ["/usr/bin/ld: /tmp/ccX1.o: in function `main':", undefined],
    ["/workspace/sink.c:41: undefined reference to `run'", { path: 'sink.c', line: 41, column: 1 }],
    [
      "/usr/bin/ld: sink.c:(.text+0x1e): undefined reference to `run'",
      { path: 'sink.c', line: 1, column: 1 },
    ],
    [
      "/usr/bin/ld: /tmp/ccX1.o: /workspace/sink.c:7: multiple definition of `run'",
      { path: 'sink.c', line: 7 },
    ],
    ['collect2: error: ld returned 1 exit status', undefined],
    [
      'Makefile:4: *** missing separator.  Stop.',
      { path: 'Makefile', line: 4, message: 'missing separator' },
    ],
    ["make: *** No rule to make target 'sink.c', needed by 'sink'.  Stop.", { path: 'Makefile', line: 1 }],
    ['cc1: fatal error: sink.c: No such file or directory', { path: 'Makefile', severity: 'error' }],
    ['   12 | a.c:1:1: error: only quoted', undefined],
  ])('%s', (line, expected) => {
    const [found] = parseDiagnostics(`${line}\n`);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(expected);
  });

  test("a terminal's colors and links are no part of it", () => {
    const colored =
      '\u001b[01m\u001b[Ksink.c:3:5:\u001b[m\u001b[K \u001b[01;35m\u001b[Kwarning: \u001b[m\u001b[Kunused' +
      ' [\u001b]8;;https://gcc.gnu.org/x\u0007\u001b[01;35m\u001b[K-Wunused\u001b[m\u001b[K\u001b]8;;\u0007]\r\n';
    expect(parseDiagnostics(colored)).toEqual([
      { path: 'sink.c', line: 3, column: 5, severity: 'warning', message: 'unused', option: '-Wunused' },
    ]);
  });

  test('columns count a tab as one', () => {
    const [found] = parseDiagnostics(
      'a.c:1:17: error: x\n    1 |                 foo();\n      |                 ^~~\n',
    );
    expect(found).toMatchObject({ column: 17, endColumn: 20 });
    const placed = withCharacterColumns(
      found === undefined ? [] : [found],
      new Map([['a.c', '\t\tfoo();\n']]),
    );
    expect(placed).toMatchObject([{ column: 3, endColumn: 6 }]);
  });

  test('any place and words that a compiler may print come back', () => {
    const path = fc.stringMatching(/^[a-z_][a-z0-9_/-]{0,20}\.[ch]$/);
    const number = fc.integer({ min: 1, max: 1_000_000 });
    const severity = fc.constantFrom('error' as const, 'warning' as const, 'note' as const);
    const message = fc.stringMatching(/^[a-zA-Z'"(][ -Z^-~]{0,60}$/);
    fc.assert(
      fc.property(path, number, number, severity, message, (file, line, column, kind, words) => {
        const printed = `${file}:${line}:${column}: ${kind}: ${words}\n`;
        expect(parseDiagnostics(printed)).toEqual([
          { path: file, line, column, severity: kind, message: words },
        ]);
      }),
    );
  });

  test('hostile output never throws, and what is found is fit to be sent', () => {
    const piece = fc.constantFrom(
      'a.c',
      ':',
      '0',
      '99999999999999999999',
      ' error: ',
      '*** ',
      '\u001b[',
      '\n',
      '   | ^~',
      ' [-W',
    );
    const output = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(output, (text) => {
        for (const found of parseDiagnostics(text)) expect(diagnostic.safeParse(found).success).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

test.each([
  ['carriage returns', '\r'.repeat(1_000_000)],
  ['blanks after a bar', `a.c:1:1: error: x\n|${' '.repeat(1_000_000)}x`],
  ['blanks in a complaint of make', `Makefile:1: *** a${' '.repeat(1_000_000)}x`],
  ['blanks in a complaint of make without a place', `make: *** a${' '.repeat(1_000_000)}x`],
  ['escapes', '\u001b]'.repeat(500_000)],
])('a build that prints a million %s holds nobody up', (_, output) => {
  const startMs = performance.now();
  parseDiagnostics(output);
  expect(performance.now() - startMs).toBeLessThan(1000);
});

test('of complaints without end the first are told', () => {
  const found = parseDiagnostics(
    Array.from({ length: 60_000 }, (_, i) => `a.c:${i + 1}:1: error: x`).join('\n'),
  );
  expect(found).toHaveLength(500);
  expect(found[0]?.line).toBe(1);
});
