// SPDX-License-Identifier: BSD-2-Clause
import headless from '@xterm/headless';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteRing } from './byte-ring.ts';
import { Screen } from './screen.ts';

const SIZE = { cols: 40, rows: 10 };
const SCROLLBACK = 30;

const write = (terminal: headless.Terminal, bytes: Uint8Array) =>
  new Promise<void>((written) => terminal.write(bytes, written));

const fresh = (size = SIZE) =>
  new headless.Terminal({ ...size, scrollback: SCROLLBACK, allowProposedApi: true });

/** Every cell that a person sees, with its colors, and the cursor. */
function shown(terminal: headless.Terminal): unknown {
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: buffer.length }, (_, y) => {
    const line = buffer.getLine(y);
    return Array.from({ length: terminal.cols }, (_, x) => {
      const cell = line?.getCell(x);
      return `${cell?.getChars() || ' '}${cell?.getFgColor()}${cell?.isBold() ? 'b' : ''}`;
    }).join('|');
  });
  return { rows, cursor: [buffer.cursorX, buffer.cursorY], kind: buffer.type, modes: terminal.modes };
}

async function screenOf(chunks: readonly Uint8Array[], capacityBytes: number) {
  const ring = new ByteRing(capacityBytes);
  const screen = new Screen(ring, SIZE, SCROLLBACK);
  for (const chunk of chunks) {
    if (screen.needsRoomFor(chunk.length)) await screen.makeRoom();
    ring.append(chunk);
  }
  return screen.snapshot();
}

async function expectSameScreen(chunks: readonly Uint8Array[], capacityBytes: number): Promise<void> {
  const everything = fresh();
  await write(everything, Buffer.concat(chunks));
  const snapshot = await screenOf(chunks, capacityBytes);
  const replayed = fresh();
  await write(replayed, snapshot.bytes);
  expect(snapshot.offset).toBe(Buffer.concat(chunks).length);
  expect(shown(replayed)).toEqual(shown(everything));
}

const text = fc.string({ unit: fc.constantFrom(...'abc xyz0123456789-äß€漢'), maxLength: 60 });
const line = text.map((words) => `${words}\r\n`);
const numbered = (count: number, start: number) =>
  Array.from(
    { length: count },
    (_, index) => `${start + index} ${'.'.repeat((start + index) % 30)}\r\n`,
  ).join('');
const plainLines = fc
  .tuple(fc.integer({ min: 1, max: 150 }), fc.nat({ max: 9999 }))
  .map(([count, start]) => numbered(count, start));
const sequence = fc.constantFrom(
  '\x1b[31m',
  '\x1b[1;32m',
  '\x1b[0m',
  '\x1b[2J\x1b[H',
  '\x1b[5;7H',
  '\x1b[K',
  '\x1b[?1049h',
  '\x1b[?1049l',
  '\x1b[?2004h',
  '\x1b[2A',
  '\rback',
  '\t',
  '\b',
  '\x1b]0;title\x07',
);
const chunk = fc.oneof({ weight: 3, arbitrary: plainLines }, { weight: 2, arbitrary: line }, sequence, text);

test('a screen replayed shows what a terminal that read everything shows', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 25 }), async (chunks) => {
      await expectSameScreen(
        chunks.map((words) => Buffer.from(words)),
        8 * 1024,
      );
    }),
    { numRuns: 150 },
  );
});

test('after a flood of text every line that stays is there, wherever the flood stops', async () => {
  for (let lineCount = 190; lineCount < 260; lineCount++) {
    await expectSameScreen([Buffer.from(numbered(lineCount, 0)), Buffer.from(numbered(1, 0))], 4096);
  }
});

test('a character split between two reads is one character', async () => {
  const bytes = Buffer.from('größe 漢字 €\r\n');
  await expectSameScreen(
    [...bytes].map((byte) => Uint8Array.of(byte)),
    64 * 1024,
  );
});

test('a screen that was resized on the way has its new size from there on', async () => {
  const ring = new ByteRing(64 * 1024);
  const screen = new Screen(ring, SIZE, SCROLLBACK);
  const everything = fresh();
  for (const [words, cols] of [
    ['x'.repeat(100), 20],
    ['y'.repeat(70), 60],
  ] as const) {
    ring.append(Buffer.from(words));
    await write(everything, Buffer.from(words));
    screen.resize({ cols, rows: 8 });
    everything.resize(cols, 8);
  }
  const replayed = fresh({ cols: 60, rows: 8 });
  await write(replayed, (await screen.snapshot()).bytes);
  expect(shown(replayed)).toEqual(shown(everything));
});
