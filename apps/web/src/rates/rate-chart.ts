// SPDX-License-Identifier: BSD-2-Clause
import uPlot from 'uplot';
import { quantity } from '../units/quantity.ts';
import type { Columns, Measure } from './link-history.ts';
import { MARK_DISTANCES, roundTop } from './scale.ts';
import type { SeriesLook } from './series-look.ts';

export interface ChartView {
  readonly columns: Columns;
  /** The run before, shifted under this one; undefined when it is not to be shown. */
  readonly ghost: Columns | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly measure: Measure;
  /** The others fade. */
  readonly selectedLink: string | undefined;
}

export interface ChartTheme {
  readonly looks: readonly SeriesLook[];
  readonly grid: string;
  readonly text: string;
  readonly font: string;
}

const UNITS: Readonly<Record<Measure, string>> = { pps: 'pps', bps: 'bps', dropPps: 'pps' };
const HALF_LABEL_PX = 20;
const FADED = 0.22;
const GHOST = 0.4;

/** uPlot with Ringlab's axes, colors and the run before drawn behind; everything outside React. */
export class RateChart {
  readonly #plot: uPlot;
  #view: ChartView;
  #theme: ChartTheme;

  constructor(
    host: HTMLElement,
    view: ChartView,
    theme: ChartTheme,
    onHover: (index: number | undefined) => void,
  ) {
    this.#view = view;
    this.#theme = theme;
    this.#plot = new uPlot(this.#options(host, onHover), aligned(view.columns), host);
  }

  draw(view: ChartView): void {
    this.#view = view;
    this.#plot.batch(() => {
      this.#plot.setData(aligned(view.columns), false);
      this.#plot.setScale('x', { min: view.fromMs / 1000, max: view.toMs / 1000 });
      this.#plot.setScale('y', { min: 0, max: this.#top() });
    });
  }

  restyle(theme: ChartTheme): void {
    this.#theme = theme;
    this.#plot.redraw(false, true);
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height });
  }

  /** The values at the hovered moment, a link each. */
  valuesAt(index: number): (number | null)[] {
    return this.#view.columns.slice(1).map((column) => column[index] ?? null);
  }

  destroy(): void {
    this.#plot.destroy();
  }

  /** Of what is seen, the run before included. */
  #top(): number {
    const { columns, ghost, fromMs, toMs } = this.#view;
    return roundTop(Math.max(highest(columns, fromMs, toMs), ghost ? highest(ghost, fromMs, toMs) : 0));
  }

  #options(host: HTMLElement, onHover: (index: number | undefined) => void): uPlot.Options {
    return {
      width: host.clientWidth,
      height: host.clientHeight,
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 7 } },
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      axes: [this.#timeAxis(), this.#rateAxis()],
      series: [{}, ...this.#theme.looks.map((_, index) => this.#series(index))],
      hooks: {
        drawAxes: [(plot) => this.#drawGhost(plot)],
        setCursor: [(plot) => onHover(plot.cursor.idx ?? undefined)],
      },
    };
  }

  #series(index: number): uPlot.Series {
    return {
      stroke: () => this.#look(index)?.color ?? '',
      width: 1.75,
      alpha: 1,
      spanGaps: false,
      points: { show: false },
      paths: (plot, seriesIndex, from, to) => this.#paths(plot, seriesIndex, from, to, index),
    };
  }

  /** Dash and fading are those of the moment: the theme and the selection change under a living chart. */
  #paths(
    plot: uPlot,
    seriesIndex: number,
    from: number,
    to: number,
    index: number,
  ): uPlot.Series.Paths | null {
    const series = plot.series[seriesIndex];
    const look = this.#look(index);
    if (series !== undefined && look !== undefined) {
      series.dash = look.dash.map((length) => length * uPlot.pxRatio);
      series.alpha = this.#isFaded(look) ? FADED : 1;
    }
    return LINEAR?.(plot, seriesIndex, from, to) ?? null;
  }

  #isFaded({ linkId }: SeriesLook): boolean {
    const { selectedLink } = this.#view;
    return selectedLink !== undefined && selectedLink !== linkId;
  }

  #look(index: number): SeriesLook | undefined {
    return this.#theme.looks[index];
  }

  #timeAxis(): uPlot.Axis {
    return {
      ...this.#axis(),
      size: 24,
      space: 70,
      values: (plot, splits) => splits.map((at) => (isNearEdge(plot, at) ? '' : clockText(at))),
    };
  }

  #rateAxis(): uPlot.Axis {
    return {
      ...this.#axis(),
      size: 62,
      space: 32,
      incrs: [...MARK_DISTANCES],
      values: (_, splits) => splits.map((value) => this.#axisText(value)),
    };
  }

  #axisText(value: number): string {
    if (value === 0) return '0';
    const { digits, unit } = quantity(value, UNITS[this.#view.measure]);
    return `${digits.replace(/\.?0+$/, (zeros) => (digits.includes('.') ? '' : zeros))} ${unit}`;
  }

  #axis(): uPlot.Axis {
    return {
      stroke: () => this.#theme.text,
      font: this.#theme.font,
      gap: 4,
      grid: { stroke: () => this.#theme.grid, width: 1 },
      ticks: { show: false },
    };
  }

  #drawGhost(plot: uPlot): void {
    const { ghost } = this.#view;
    if (ghost === undefined) return;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.globalAlpha = GHOST;
    ctx.lineWidth = uPlot.pxRatio;
    for (const index of this.#theme.looks.keys()) this.#drawGhostLine(plot, ghost, index);
    ctx.restore();
  }

  #drawGhostLine(plot: uPlot, [x, ...y]: Columns, index: number): void {
    const { ctx } = plot;
    ctx.strokeStyle = this.#look(index)?.color ?? '';
    ctx.setLineDash([]);
    ctx.beginPath();
    let penUp = true;
    for (const [at, value] of (y[index] ?? []).entries()) {
      if (value === null) penUp = true;
      else {
        const [px, py] = [plot.valToPos(x[at] ?? 0, 'x', true), plot.valToPos(value, 'y', true)];
        if (penUp) ctx.moveTo(px, py);
        else ctx.lineTo(px, py);
        penUp = false;
      }
    }
    ctx.stroke();
  }
}

const LINEAR = uPlot.paths.linear?.();

const aligned = (columns: Columns) => columns as unknown as uPlot.AlignedData;

function highest([x, ...y]: Columns, fromMs: number, toMs: number): number {
  let top = 0;
  for (const [index, at] of x.entries()) {
    if (at * 1000 < fromMs || at * 1000 > toMs) continue;
    for (const column of y) top = Math.max(top, column[index] ?? 0);
  }
  return top;
}

/** A label there would be cut off. */
function isNearEdge(plot: uPlot, seconds: number): boolean {
  const fromRight = plot.over.clientWidth - plot.valToPos(seconds, 'x');
  return fromRight < HALF_LABEL_PX;
}

function clockText(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}
