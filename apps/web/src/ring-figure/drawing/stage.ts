// SPDX-License-Identifier: BSD-2-Clause
import { onThemeChange } from '../../tokens.ts';
import { type RingView, slotContent } from '../model/ring-view.ts';
import { EMPTY_SCENE, type Place, type Scene, type Travel } from '../model/scene.ts';
import { type Brush, paintBlock } from './block-painter.ts';
import { paintFlagKey } from './flag-key.ts';
import { lensSlotAt, lensSpot, paintLens } from './lens-painter.ts';
import { eased, marksBetween, marksOf, type ShownMarks, streamed } from './motion.ts';
import { packetColor, readPalette } from './palette.ts';
import { paintRing } from './ring-painter.ts';
import { bufferSize, bufferSpot, layoutRings, MOST_BLOCKS, type RingPlace, slotAt } from './stage-layout.ts';

const REDUCED_MOTION = '(prefers-reduced-motion: reduce)';

export interface StageTimes {
  /** How long hands are on their way; scenes that come sooner cut it short. */
  readonly handsMs: number;
  readonly travelMs: number;
}

/** A canvas with rings on it. It draws when there is something new, and while something moves. */
export class Stage implements Disposable {
  readonly #element: HTMLCanvasElement;
  readonly #times: StageTimes;
  readonly #owned = new DisposableStack();
  #palette = readPalette();
  #scene = EMPTY_SCENE;
  #places: readonly RingPlace[] = [];
  #from = new Map<string, ShownMarks>();
  #shown = new Map<string, ShownMarks>();
  #travels: readonly Travel[] = [];
  #movedAtMs = 0;
  #traveledAtMs = 0;
  #selected: Place | undefined;
  #frame = 0;

  constructor(element: HTMLCanvasElement, times: StageTimes) {
    this.#element = element;
    this.#times = times;
    this.#owned.use(
      onThemeChange(() => {
        this.#palette = readPalette();
        this.#drawSoon();
      }),
    );
    const resized = new ResizeObserver(() => this.#resize());
    resized.observe(element);
    this.#owned.defer(() => resized.disconnect());
    this.#owned.defer(() => cancelAnimationFrame(this.#frame));
    document.fonts.ready.then(() => this.#drawSoon()).catch(() => undefined);
  }

  show(scene: Scene): void {
    const sameRings = this.#scene.rings.map(shape).join() === scene.rings.map(shape).join();
    this.#from = new Map(this.#shown);
    this.#scene = scene;
    this.#movedAtMs = performance.now();
    // A program that runs freely moves more than can be followed: what is on its way arrives first.
    if (scene.travels.length > 0 && (scene.hold !== undefined || this.#travels.length === 0)) {
      this.#travels = scene.travels;
      this.#traveledAtMs = this.#movedAtMs;
    }
    if (!sameRings) this.#layOut();
    this.#drawSoon();
  }

  select(place: Place | undefined): void {
    this.#selected = place;
    this.#drawSoon();
  }

  /** The slot under a point of the canvas, in CSS px. */
  placeAt(x: number, y: number): Place | undefined {
    for (const [index, view] of this.#scene.rings.entries()) {
      const place = this.#places[index];
      if (place === undefined) continue;
      const slot =
        view.slots <= MOST_BLOCKS
          ? slotAt(place, view.slots, x, y)
          : lensSlotAt(place, view, this.#selectedIn(view), x, y);
      if (slot !== undefined) return { ring: view.id, slot };
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#element;
    const scale = devicePixelRatio;
    this.#element.width = Math.round(clientWidth * scale);
    this.#element.height = Math.round(clientHeight * scale);
    this.#layOut();
    this.#draw();
  }

  #layOut(): void {
    const { clientWidth, clientHeight } = this.#element;
    this.#places = layoutRings(this.#scene.rings, clientWidth, clientHeight);
  }

  #drawSoon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const canvas = this.#element.getContext('2d');
    if (canvas === null || this.#element.width === 0) return;
    const brush: Brush = { canvas, palette: this.#palette };
    const now = performance.now();
    const still = matchMedia(REDUCED_MOTION).matches;
    const hands = still ? 1 : Math.min(1, (now - this.#movedAtMs) / this.#times.handsMs);
    const travel = still ? 1 : Math.min(1, (now - this.#traveledAtMs) / this.#times.travelMs);
    canvas.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    canvas.clearRect(0, 0, this.#element.clientWidth, this.#element.clientHeight);
    if (travel >= 1) this.#travels = [];
    for (const [index, view] of this.#scene.rings.entries()) this.#drawRing(brush, view, index, hands);
    for (const [n, each] of this.#travels.entries())
      this.#drawTravel(brush, each, eased(streamed(travel, n, this.#travels.length)));
    paintFlagKey(brush, this.#places, this.#scene.rings);
    if (hands < 1 || travel < 1) this.#drawSoon();
  }

  #drawRing(brush: Brush, view: RingView, index: number, part: number): void {
    const place = this.#places[index];
    if (place === undefined) return;
    const target = marksOf(view);
    const marks = marksBetween(this.#from.get(view.id) ?? target, target, view.slots, eased(part));
    this.#shown.set(view.id, marks);
    const coming = this.#travels.filter(({ to }) => to.ring === view.id).map(({ to }) => to.slot);
    const hidden = new Set(coming);
    paintRing(brush, place, view, marks, hidden, this.#selectedIn(view));
    paintLens(brush, place, view, this.#selectedIn(view), hidden);
  }

  #selectedIn(view: RingView): number | undefined {
    return this.#selected?.ring === view.id ? this.#selected.slot : undefined;
  }

  /** In a bow, so that the two of a swap do not meet. */
  #drawTravel(brush: Brush, { from, to }: Travel, part: number): void {
    const [start, end] = [this.#spotOf(from), this.#spotOf(to)];
    if (start === undefined || end === undefined) return;
    const bow = (end.x - start.x) * 0.18;
    const [x, y] = [
      start.x + (end.x - start.x) * part - (end.y - start.y) * 0.18 * Math.sin(Math.PI * part),
      start.y + (end.y - start.y) * part + bow * Math.sin(Math.PI * part),
    ];
    const size = start.size + (end.size - start.size) * part;
    paintBlock(brush, { x, y, size: Math.max(size, 7), color: end.color }, end.content);
  }

  #spotOf({ ring, slot }: Place) {
    const index = this.#scene.rings.findIndex(({ id }) => id === ring);
    const [view, place] = [this.#scene.rings[index], this.#places[index]];
    if (view === undefined || place === undefined) return undefined;
    return {
      ...bufferSpot(place, view.slots, slot),
      size: bufferSize(place, view.slots),
      ...lensSpot(place, view, this.#selectedIn(view), slot),
      color: packetColor(this.#palette, view),
      content: slotContent(view, slot),
    };
  }
}

const shape = ({ id, slots }: RingView) => `${id}:${slots}`;
