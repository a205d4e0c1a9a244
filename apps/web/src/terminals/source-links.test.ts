// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { sourceLinks } from './source-links.ts';

const isFile = (path: string) => ['sink.c', 'src/ring.h'].includes(path);

describe('sourceLinks', () => {
  it("finds a compiler's message", () => {
    expect(sourceLinks("sink.c:42:7: error: expected ';'", isFile)).toEqual([
      { path: 'sink.c', line: 42, column: 7, start: 0, end: 11 },
    ]);
  });

  it('finds a place without a column, in a folder, and behind the workspace path', () => {
    const text = '   #0 main /workspace/src/ring.h:9 (sink+0x12) ./sink.c:3';
    expect(sourceLinks(text, isFile).map(({ path, line, column }) => ({ path, line, column }))).toEqual([
      { path: 'src/ring.h', line: 9, column: undefined },
      { path: 'sink.c', line: 3, column: undefined },
    ]);
  });

  it('leaves clock times, addresses and files of the system alone', () => {
    expect(sourceLinks('12:30:01 127.0.0.1:8080 /usr/include/stdio.h:27:1', isFile)).toEqual([]);
  });
});
