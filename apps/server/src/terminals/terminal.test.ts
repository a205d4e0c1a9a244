// SPDX-License-Identifier: BSD-2-Clause

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { spawn } from '@lydell/node-pty';
import { decodeFrame, type TerminalFrame, type TerminalInfo } from '@ringlab/protocol';
import headless from '@xterm/headless';
import { afterEach, describe, expect, test } from 'vitest';
import { Terminal } from './terminal.ts';

const MIB = 1024 * 1024;
const SIZE = { cols: 80, rows: 24 };
const LIMITS = { terminalBytes: MIB, scrollbackLines: 200 };

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A program in a real pty, read only as fast as it is asked for. */
class PtyProgram {
  readBytes = 0;
  readonly pty;

  constructor(script: string) {
    this.pty = spawn('bash', ['-c', script], { ...SIZE, encoding: null });
    stops.push(() => this.pty.kill('SIGKILL'));
  }

  async *output(): AsyncGenerator<Uint8Array> {
    const chunks: Buffer[] = [];
    let wake = () => {};
    let ended = false;
    this.pty.onData((data) => {
      this.pty.pause();
      chunks.push(data as unknown as Buffer);
      wake();
    });
    this.pty.onExit(() => {
      ended = true;
      wake();
    });
    while (!ended || chunks.length > 0) {
      const chunk = chunks.shift();
      if (chunk) {
        this.readBytes += chunk.length;
        yield chunk;
        continue;
      }
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      this.pty.resume();
      await woken;
    }
  }
}

/** A page that reads a terminal: draws at once, late, or never. */
class Page {
  readonly frames: TerminalFrame[] = [];
  end = 0;
  readonly #terminal: Terminal;
  readonly #id: string;

  constructor(terminal: Terminal, id: string, { draws = true, offset = 0 } = {}) {
    this.#terminal = terminal;
    this.#id = id;
    terminal.attach(id, (bytes) => this.#received(bytes, draws), offset);
  }

  get bytes(): Buffer {
    const screen = this.frames.findLastIndex(({ kind }) => kind === 'screen');
    return Buffer.concat(this.frames.slice(Math.max(screen, 0)).map(({ payload }) => payload));
  }

  draw(): void {
    this.#terminal.drawn(this.#id, this.end);
  }

  #received(bytes: Uint8Array, draws: boolean): void {
    const frame = decodeFrame(bytes);
    if (!frame) throw new Error('no frame');
    this.frames.push(frame);
    this.end = frame.kind === 'screen' ? frame.offset : frame.offset + frame.payload.length;
    if (draws) setImmediate(() => this.draw());
  }
}

function terminalOf(id = 1): Terminal {
  const terminal = new Terminal(
    id,
    { title: 't', kind: 'process' },
    SIZE,
    LIMITS,
    (_info: TerminalInfo) => {},
  );
  stops.push(() => terminal[Symbol.dispose]());
  return terminal;
}

/** What is held on to, and not what only waits to be collected. */
function keptBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function shown(...streams: Uint8Array[]): Promise<string[]> {
  const terminal = new headless.Terminal({
    ...SIZE,
    scrollback: LIMITS.scrollbackLines,
    allowProposedApi: true,
  });
  for (const bytes of streams) await new Promise<void>((done) => terminal.write(bytes, done));
  const { active } = terminal.buffer;
  return Array.from(
    { length: active.length },
    (_, row) => active.getLine(row)?.translateToString(true) ?? '',
  );
}

describe('a flood', () => {
  test('arrives whole and in order at a page that keeps up', { timeout: 30_000 }, async () => {
    const terminal = terminalOf();
    const page = new Page(terminal, 'a');
    await terminal.readFrom(new PtyProgram('seq 1 400000').output());
    await expect
      .poll(() => page.bytes.length, { timeout: 10_000 })
      .toBe(Array.from({ length: 400_000 }, (_, index) => `${index + 1}\r\n`).join('').length);
    expect(page.frames.every(({ kind }) => kind === 'output')).toBe(true);
    expect(page.bytes.toString().endsWith('399999\r\n400000\r\n')).toBe(true);
  });

  test('stops at a page that draws nothing, within bounds, and goes on when it draws', {
    timeout: 30_000,
  }, async () => {
    const terminal = terminalOf();
    const program = new PtyProgram('yes "a line of text that is printed for ever"');
    const page = new Page(terminal, 'a', { draws: false });
    void terminal.readFrom(program.output());
    await pause(700);
    const stopped = program.readBytes;
    expect(stopped).toBeGreaterThan(500 * 1024);
    expect(stopped).toBeLessThan(MIB);
    await pause(300);
    expect(program.readBytes).toBe(stopped);
    page.draw();
    await expect.poll(() => program.readBytes).toBeGreaterThan(stopped);
  });

  test('is not held up for ever by a page that fell asleep, which gets the screen when it wakes', {
    timeout: 30_000,
  }, async () => {
    const terminal = terminalOf();
    const page = new Page(terminal, 'asleep', { draws: false });
    const script = 'for i in $(seq 1 200000); do echo "line $i of the flood"; done; echo END';
    const done = terminal.readFrom(new PtyProgram(script).output());
    await done;
    const before = page.frames.length;
    page.draw();
    await expect.poll(() => page.frames.length).toBeGreaterThan(before);
    expect(page.frames.at(-1)?.kind).toBe('screen');
    const expected = Array.from({ length: 200_000 }, (_, index) => `line ${index + 1} of the flood\r\n`).join(
      '',
    );
    expect(await shown(page.bytes)).toEqual(
      await shown(Buffer.from(expected.slice(-40_000)), Buffer.from('END\r\n')),
    );
  });

  test('is held up by no page that is slow while another keeps up', { timeout: 30_000 }, async () => {
    const terminal = terminalOf();
    const slow = new Page(terminal, 'slow', { draws: false });
    const quick = new Page(terminal, 'quick');
    const startedMs = performance.now();
    await terminal.readFrom(new PtyProgram('seq 1 500000').output());
    expect(performance.now() - startedMs).toBeLessThan(2500);
    await expect.poll(() => quick.bytes.subarray(-8).toString()).toBe('500000\r\n');
    slow.draw();
    await expect.poll(() => slow.frames.at(-1)?.kind).toBe('screen');
  });

  test('that nobody reads runs at full speed and stays within its memory', { timeout: 30_000 }, async () => {
    const terminal = terminalOf();
    const before = keptBytes();
    await terminal.readFrom(new PtyProgram('yes "a line of plain text" | head -c 60000000').output());
    // Buffers are given back by a thread of their own, some time after the collection; what is held on to never is.
    await expect.poll(() => keptBytes() - before, { timeout: 10_000 }).toBeLessThan(4 * MIB);
    const page = new Page(terminal, 'late');
    await expect.poll(() => page.frames.at(-1)?.kind).toBe('screen');
    expect((await shown(page.bytes)).at(-2)).toMatch(/^a line of plain text|^a lin/);
  });
});

describe('a page that comes back', () => {
  test('gets what it missed and nothing twice', async () => {
    const terminal = terminalOf();
    const first = new Page(terminal, 'a');
    await terminal.print(Buffer.from('seen before. '));
    terminal.detach('a');
    await terminal.print(Buffer.from('missed. '));
    const again = new Page(terminal, 'a', { offset: first.end });
    await terminal.print(Buffer.from('new.'));
    await expect.poll(() => again.bytes.toString()).toBe('missed. new.');
  });

  test('with an offset of another server starts over', async () => {
    const terminal = terminalOf();
    await terminal.print(Buffer.from('everything'));
    const page = new Page(terminal, 'a', { offset: 999 });
    await expect.poll(() => page.bytes.toString()).toBe('everything');
  });
});

test('a keystroke after a pause is echoed without any gathering', async () => {
  const terminal = terminalOf();
  const page = new Page(terminal, 'a');
  await pause(20);
  await terminal.print(Buffer.from('x'));
  expect(page.frames).toHaveLength(1);
});
