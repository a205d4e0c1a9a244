// SPDX-License-Identifier: BSD-2-Clause
import { EMPTY_SCENE, nextScene, type Scene } from './scene.ts';
import { find, freshRing, type Move, play, type Rings, replace, wanted } from './script.ts';

/** A ring figure of a slide: a scene for each step, and what is said of it. */
export interface ToldFigure {
  readonly steps: readonly { readonly caption: string; readonly scene: Scene }[];
}

type MoveReader = (words: readonly string[]) => Move;

const count = (word: string | undefined) => {
  const number = Number(word);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${word ?? 'nothing'} is no number of slots.`);
  return number;
};

const MOVES: Readonly<Record<string, MoveReader>> = {
  arrive: ([ring = '', packets, bytes]) => ({
    kind: 'arrive',
    ring,
    packets: count(packets),
    ...(bytes !== undefined && { bytes: count(bytes) }),
  }),
  sync: ([ring = '']) => ({ kind: 'sync', ring }),
  read: ([ring = '', packets]) => ({ kind: 'read', ring, packets: count(packets) }),
  fill: ([ring = '', packets, bytes]) => ({
    kind: 'fill',
    ring,
    packets: count(packets),
    ...(bytes !== undefined && { bytes: count(bytes) }),
  }),
  'look-ahead': ([ring = '', slots]) => ({ kind: 'look-ahead', ring, slots: count(slots) }),
  send: ([ring = '', packets]) => ({ kind: 'send', ring, packets: count(packets) }),
  swap: ([rx = '', tx = '', packets]) => ({ kind: 'swap', rx, tx, packets: count(packets) }),
};

/**
 * Reads a figure:
 *
 *     ring a/rx0 8          a ring of 8 slots; rings come first
 *     pipe p{1/tx0 p}1/rx0 8    two rings of 8 slots, the ends of a pipe
 *     switch a/tx0 b/rx0    a sends to b, across a VALE switch
 *     # Three packets come  a step, and what is said of it
 *     arrive a/rx0 3        what happens in it: any number of moves
 *
 * Throws, naming the line, for what is no move and for moves that netmap's rules forbid.
 */
export function parseFigure(text: string): ToldFigure {
  let rings: Rings = [];
  let scene = EMPTY_SCENE;
  const steps: { caption: string; scene: Scene }[] = [];
  const lines = text.split('\n').map((line) => line.trim());
  for (const [index, line] of lines.entries()) {
    try {
      if (line.startsWith('#')) steps.push({ caption: line.slice(1).trim(), scene });
      else if (isSetting(line)) rings = set(rings, line.split(/\s+/));
      else if (line !== '') rings = play(rings, moveOf(line));
    } catch (fault) {
      throw new Error(`Line ${index + 1}, "${line}": ${fault instanceof Error ? fault.message : fault}`);
    }
    const isLastOfStep =
      lines
        .slice(index + 1)
        .find((rest) => rest !== '')
        ?.startsWith('#') ?? true;
    const step = steps.at(-1);
    if (!isLastOfStep || step === undefined || line === '') continue;
    scene = nextScene(scene, { rings: [...rings], hold: undefined });
    step.scene = scene;
  }
  if (steps.length === 0) throw new Error('A ring figure has a step: a line that begins with #.');
  return { steps };
}

type Setter = (rings: Rings, words: readonly string[]) => Rings;

const SETTINGS: Readonly<Record<string, Setter>> = {
  ring: (rings, [id, slots]) => [...rings, ringOf(id, slots, firstFree(rings))],
  pipe(rings, [tx, rx, slots]) {
    const [sender, receiver] = [tx, rx].map((id) => ringOf(id, slots, firstFree(rings)));
    if (!sender || !receiver || !tx || !rx) return rings;
    const ends = [
      { ...wanted(sender, 'tx'), link: { kind: 'pipe', peer: rx } },
      { ...wanted(receiver, 'rx'), link: { kind: 'pipe', peer: tx } },
    ] as const;
    return [...rings, ...ends];
  },
  switch(rings, [from = '', ...to]) {
    for (const id of to) wanted(find(rings, id), 'rx');
    return replace(rings, { ...wanted(find(rings, from), 'tx'), link: { kind: 'switch', to } });
  },
};

const isSetting = (line: string) => Object.hasOwn(SETTINGS, line.split(/\s+/)[0] ?? '');

const set = (rings: Rings, [kind = '', ...words]: readonly string[]): Rings =>
  SETTINGS[kind]?.(rings, words) ?? rings;

/** 0 and 1 are nobody's. */
const firstFree = (rings: Rings) =>
  Math.max(2, ...rings.flatMap(({ runs }) => runs.map(([slots, buffer]) => buffer + slots)));

function ringOf(id = '', slots: string | undefined, firstBuffer: number) {
  const [, port, dir] = id.match(/^(\S+)\/(rx|tx)0$/) ?? [];
  if (port === undefined || (dir !== 'rx' && dir !== 'tx'))
    throw new Error('A ring is named like a/rx0 or b/tx0.');
  return freshRing(port, dir, count(slots), firstBuffer);
}

function moveOf(line: string): Move {
  const [kind = '', ...words] = line.split(/\s+/);
  const read = MOVES[kind];
  if (read === undefined) throw new Error(`${kind} is no move: they are ${Object.keys(MOVES).join(', ')}.`);
  return read(words);
}
