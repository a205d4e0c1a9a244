// SPDX-License-Identifier: BSD-2-Clause
import type { RateSample, Topology } from '@ringlab/protocol';
import { rateFeed } from '../api/index.ts';
import { mayDraw } from '../traffic/typing.ts';
import { type Columns, LinkHistory, type Measure } from './link-history.ts';
import { type ChartTheme, type ChartView, RateChart } from './rate-chart.ts';
import { seriesLooks } from './series-look.ts';
import { LIVE, pan, type TimeWindow, visible, zoom } from './time-window.ts';

export interface ChartChoice {
  readonly measure: Measure;
  readonly withGhost: boolean;
  readonly selectedLink: string | undefined;
  /** Of the run that goes on. */
  readonly runId: string | undefined;
}

export interface ChartListener {
  /** Values for the legend, a link each: of the hovered moment, or the newest; none when no run goes on. */
  readonly onValues: (values: readonly (number | null)[], hovered: boolean) => void;
  readonly onWindow: (window: TimeWindow) => void;
  readonly onHistory: (hasHistory: boolean, hasGhost: boolean) => void;
}

/** A chart on the page and the history behind it, from mount to unmount. */
export class ChartSession {
  readonly #history: LinkHistory;
  readonly #host: HTMLElement;
  readonly #topology: Topology;
  readonly #listener: ChartListener;
  readonly #chart: RateChart;
  readonly #stops: readonly (() => void)[];
  #choice: ChartChoice;
  #window: TimeWindow = LIVE;
  #hovered: number | undefined;
  #ghost: { runId: string | undefined; measure: Measure; columns: Columns } | undefined;
  #frame = 0;
  #drawnAtMs = 0;

  constructor(host: HTMLElement, topology: Topology, choice: ChartChoice, listener: ChartListener) {
    this.#host = host;
    this.#topology = topology;
    this.#choice = choice;
    this.#listener = listener;
    this.#history = new LinkHistory(topology.links);
    this.#chart = new RateChart(host, this.#view(), this.#theme(), (index) => this.#hover(index));
    this.#stops = [
      rateFeed.subscribe((sample) => this.#take(sample)),
      rateFeed.onReset(() => this.#reload()),
    ];
    this.#reload();
  }

  choose(choice: ChartChoice): void {
    this.#choice = choice;
    this.#redraw();
  }

  pan(byShareOfSpan: number): void {
    this.#show(pan(this.#window, byShareOfSpan * this.#window.spanMs, this.#extent()));
  }

  zoom(factor: number, at: number): void {
    this.#show(zoom(this.#window, factor, at, this.#extent()));
  }

  goLive(): void {
    this.#show(LIVE);
  }

  restyle(): void {
    this.#chart.restyle(this.#theme());
  }

  resize(width: number, height: number): void {
    this.#chart.resize(width, height);
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    cancelAnimationFrame(this.#frame);
    this.#chart.destroy();
  }

  #take(sample: RateSample): void {
    this.#history.push(sample);
    if (mayDraw(this.#drawnAtMs)) this.#redraw();
  }

  #reload(): void {
    this.#history.clear();
    for (const sample of rateFeed.history()) this.#history.push(sample);
    this.#ghost = undefined;
    this.#redraw();
  }

  #show(window: TimeWindow): void {
    this.#window = window;
    this.#listener.onWindow(window);
    this.#redraw();
  }

  /** At most once a frame, and not at all while the page is hidden: the browser then calls no frame. */
  #redraw(): void {
    cancelAnimationFrame(this.#frame);
    this.#drawnAtMs = performance.now();
    this.#frame = requestAnimationFrame(() => {
      const view = this.#view();
      this.#chart.draw(view);
      this.#listener.onHistory(this.#history.newest !== undefined, this.#previousRun()[0].length > 0);
      this.#tellValues();
    });
  }

  #view(): ChartView {
    const { measure, withGhost, selectedLink } = this.#choice;
    const columns = this.#history.columns(measure);
    const ghost = withGhost ? this.#previousRun() : undefined;
    return { columns, ghost, measure, selectedLink, ...visible(this.#window, this.#extent()) };
  }

  #previousRun(): Columns {
    const runId = this.#history.newest?.runId;
    const { measure } = this.#choice;
    if (this.#ghost?.runId !== runId || this.#ghost?.measure !== measure) {
      this.#ghost = { runId, measure, columns: this.#history.previousRun(measure) };
    }
    return this.#ghost.columns;
  }

  #extent() {
    const newestMs = this.#history.newest?.tMs ?? Date.now();
    return { oldestMs: this.#history.oldestMs ?? newestMs, newestMs };
  }

  #hover(index: number | undefined): void {
    this.#hovered = index;
    this.#tellValues();
  }

  #tellValues(): void {
    const now = this.#history.recent(this.#choice.runId).map((rate) => rate?.[this.#choice.measure] ?? null);
    const hovered = this.#hovered === undefined ? undefined : this.#chart?.valuesAt(this.#hovered);
    this.#listener.onValues(hovered ?? now, hovered !== undefined);
  }

  #theme(): ChartTheme {
    const style = getComputedStyle(this.#host);
    return {
      looks: seriesLooks(this.#topology, this.#host),
      grid: style.getPropertyValue('--line'),
      text: style.getPropertyValue('--text-dim'),
      font: `11px ${style.getPropertyValue('--mono')}`,
    };
  }
}
