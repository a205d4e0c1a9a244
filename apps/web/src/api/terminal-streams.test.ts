// SPDX-License-Identifier: BSD-2-Clause
import type { ClientMessage, TerminalFrame } from '@ringlab/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TerminalLink, TerminalStreams } from './terminal-streams.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const output = (offset: number, text: string): TerminalFrame => ({
  kind: 'output',
  terminalId: 1,
  offset,
  payload: bytes(text),
});

let attaches: number[];
let sent: ClientMessage[];
let typed: TerminalFrame[];
let inputOffset: number;
let shownOffset: number;
let streams: TerminalStreams;

const link: TerminalLink = {
  attach({ offset }) {
    attaches.push(offset);
    return Promise.resolve({ inputOffset, shownOffset });
  },
  detach() {},
  send: (message) => sent.push(message) > 0,
  sendFrame: (frame) => typed.push(frame) > 0,
};

/** A terminal that draws at once. */
function draw() {
  const screen = { text: '', resets: 0 };
  streams.stream(1).onOutput(({ bytes: chunk, reset }, drawn) => {
    if (reset) screen.text = '';
    if (reset) screen.resets++;
    screen.text += new TextDecoder().decode(chunk);
    drawn();
  });
  return screen;
}

beforeEach(() => {
  vi.useFakeTimers();
  attaches = [];
  sent = [];
  typed = [];
  inputOffset = 0;
  shownOffset = 0;
  streams = new TerminalStreams(link);
});
afterEach(() => vi.useRealTimers());

describe('TerminalStreams', () => {
  it('attaches from the beginning, draws in order, and acknowledges', async () => {
    const screen = draw();
    streams.received(output(0, 'build '));
    streams.received(output(6, 'done'));
    expect(attaches).toEqual([0]);
    expect(screen.text).toBe('build done');
    await vi.advanceTimersByTimeAsync(60);
    expect(sent).toEqual([{ type: 'terminal.ack', terminalId: 1, offset: 10 }]);
  });

  it('continues after a reconnect from where it was, and draws nothing twice', async () => {
    const screen = draw();
    streams.received(output(0, 'abc'));
    streams.connectionLost();
    streams.connectionBack();
    expect(attaches).toEqual([0, 3]);
    streams.received(output(1, 'bcdef'));
    expect(screen.text).toBe('abcdef');
  });

  it('clears the terminal for a screen, and goes on from its offset', () => {
    const screen = draw();
    streams.received(output(0, 'old'));
    streams.received({ kind: 'screen', terminalId: 1, offset: 5000, payload: bytes('the screen') });
    streams.received(output(5000, ' and more'));
    expect(screen).toEqual({ text: 'the screen and more', resets: 2 });
  });

  it('attaches again when bytes are missing', async () => {
    const screen = draw();
    await vi.advanceTimersByTimeAsync(0);
    streams.received(output(0, 'abc'));
    streams.received(output(9, 'later'));
    expect(screen.text).toBe('abc');
    expect(attaches).toEqual([0, 3]);
  });

  it('sends what was typed offline once, and only what the server lacks', async () => {
    draw();
    await vi.advanceTimersByTimeAsync(0);
    const stream = streams.stream(1);
    stream.write(bytes('ls'));
    streams.connectionLost();
    stream.write(bytes(' -l\r'));
    expect(typed).toHaveLength(1);
    inputOffset = 1;
    streams.connectionBack();
    await vi.advanceTimersByTimeAsync(0);
    expect(typed.at(-1)).toMatchObject({ kind: 'input', offset: 1, payload: bytes('s -l\r') });
  });

  it('counts on from what this tab typed before a reload', async () => {
    inputOffset = 40;
    draw();
    await vi.advanceTimersByTimeAsync(0);
    streams.stream(1).write(bytes('x'));
    expect(typed).toEqual([{ kind: 'input', terminalId: 1, offset: 40, payload: bytes('x') }]);
  });

  it('tells what was shown before from what is new, within one frame', async () => {
    const pieces: unknown[] = [];
    shownOffset = 4;
    streams.stream(1).onOutput(({ bytes: chunk, reset, replayed }) => {
      pieces.push([new TextDecoder().decode(chunk), reset, replayed]);
    });
    await vi.advanceTimersByTimeAsync(0);
    streams.received(output(0, 'ab'));
    streams.received(output(2, 'cdEF'));
    streams.received(output(6, 'G'));
    expect(pieces).toEqual([
      ['ab', true, true],
      ['cd', false, true],
      ['EF', false, false],
      ['G', false, false],
    ]);
  });
});
