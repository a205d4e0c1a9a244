// SPDX-License-Identifier: BSD-2-Clause
import type { RingState } from '@ringlab/protocol';
import { countText } from '../units/quantity.ts';
import { arcPath, onCircle, type RingArcs, ringArcs, slotAngle } from './ring-arcs.ts';

const BAND = 52;
const PACKETS = 42;
const OUTSIDE = 67;
const INSIDE = 32;
/** A ring of more slots than this shows so many ticks, each for several slots. */
const MOST_TICKS = 64;
/** Two hands closer than this share a letter's place. */
const CLOSE_DEGREES = 14;

/**
 * One netmap ring: slots around the edge, the program's arc (head to tail) and netmap's in two hues, an inner band
 * where slots hold packets, and three hands that differ in shape as well: head ends in a disc, cur in a circle, tail in a bar.
 */
export function RingFigure({ ring }: { readonly ring: RingState }) {
  const arcs = ringArcs(ring);
  return (
    <svg className="ring-figure" viewBox="-78 -78 156 156" role="img" aria-label={ringWords(ring, arcs)}>
      <path className="ring-released" d={arcPath(BAND, arcs.released, ring.slots)} />
      <path className="ring-owned" d={arcPath(BAND, arcs.owned, ring.slots)} />
      <circle
        className="ring-ticks"
        r={BAND}
        strokeDasharray={tickDash(ring.slots)}
        transform="rotate(-90)"
      />
      <circle className="ring-packets-rail" r={PACKETS} />
      <path className="ring-packets" data-dir={ring.dir} d={arcPath(PACKETS, arcs.packets, ring.slots)} />
      <Hands ring={ring} />
      <text className="ring-count" y="2">
        {countText(arcs.owned.slots)}
      </text>
      <text className="ring-count-words" y="14">
        {ring.dir === 'rx' ? 'to read' : 'to fill'}
      </text>
    </svg>
  );
}

/** What the picture says, for those who do not see it. */
function ringWords(ring: RingState, { owned, released, packets }: RingArcs): string {
  const waiting = ring.dir === 'rx' ? '' : `, ${packets.slots} waiting to be sent`;
  const kind = ring.dir === 'rx' ? 'Receive' : 'Transmit';
  const use = ring.dir === 'rx' ? 'to read' : 'to fill';
  return `${kind} ring ${ring.ring} of ${ring.slots} slots: ${owned.slots} ${use}, ${released.slots} released to netmap${waiting}; head ${ring.head}, cur ${ring.cur}, tail ${ring.tail}`;
}

/** Gaps between slots, as a dash of a circle of radius BAND. */
function tickDash(slots: number): string {
  const pitch = (2 * Math.PI * BAND) / Math.min(slots, MOST_TICKS);
  return `0.9 ${(pitch - 0.9).toFixed(3)}`;
}

function Hands({ ring }: { readonly ring: RingState }) {
  const [head, cur, tail] = [ring.head, ring.cur, ring.tail].map((slot) => slotAngle(slot, ring.slots));
  const curIsApart = apart(cur ?? 0, head ?? 0);
  return (
    <>
      <Hand name="tail" degrees={tail ?? 0} letterAt={apart(tail ?? 0, head ?? 0) ? OUTSIDE : INSIDE} />
      <Hand name="cur" degrees={cur ?? 0} letterAt={curIsApart ? OUTSIDE : undefined} />
      <Hand name="head" degrees={head ?? 0} letterAt={OUTSIDE} letter={curIsApart ? 'h' : 'hc'} />
    </>
  );
}

function apart(a: number, b: number): boolean {
  const turn = Math.abs(a - b) % 360;
  return Math.min(turn, 360 - turn) > CLOSE_DEGREES;
}

interface HandProps {
  readonly name: 'head' | 'cur' | 'tail';
  readonly degrees: number;
  /** Where its letter stands, from the center; undefined: another hand's letter speaks for it. */
  readonly letterAt: number | undefined;
  readonly letter?: string;
}

function Hand({ name, degrees, letterAt, letter = name.charAt(0) }: HandProps) {
  const spot = letterAt === undefined ? undefined : onCircle(letterAt, degrees);
  return (
    <>
      <g className={`ring-hand ring-hand-${name}`} transform={`rotate(${degrees.toFixed(2)})`}>
        <path d={`M0 -38 V-${BAND + 6}`} />
        {name === 'tail' ? <path d={`M-5 -${BAND + 7} H5`} /> : <circle cy={-(BAND + 6)} r="3.2" />}
      </g>
      {spot && (
        <text className={`ring-letter ring-hand-${name}`} x={spot.x} y={spot.y}>
          {letter}
        </text>
      )}
    </>
  );
}
