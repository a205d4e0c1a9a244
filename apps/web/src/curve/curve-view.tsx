// SPDX-License-Identifier: BSD-2-Clause
import type { Curve, CurveLook, CurvePoint } from '@ringlab/protocol';
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { siText } from '../units/quantity.ts';
import { type ChartSize, CurveChart, scalesOf } from './curve-chart.tsx';
import { type CurveLine, isPointKey, linesOf, moved, nearest, type PointPlace } from './curve-lines.ts';
import { lineLook } from './curve-look.ts';

/** From the pointer, in px. */
const NEAR = 48;

interface CurveViewProps {
  readonly look: CurveLook;
  readonly curve: Curve | undefined;
  /** More points may come. */
  readonly isMeasuring: boolean;
}

export function CurveView({ look, curve = { points: [], before: [] }, isMeasuring }: CurveViewProps) {
  const [withBefore, setWithBefore] = useState(true);
  const [chosen, setChosen] = useState<PointPlace>();
  const host = useRef<HTMLDivElement>(null);
  const size = useSize(host);
  const lines = linesOf(curve.points);
  const before = linesOf(withBefore ? curve.before : []);
  const scales = scalesOf([...curve.points, ...(withBefore ? curve.before : [])], size);

  const point = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    setChosen(nearest(lines, ({ x, y }) => Math.hypot(scales.x.at(x) - left, scales.y.at(y) - top), NEAR));
  };
  return (
    <>
      <header className="curve-bar">
        <h3>{look.title}</h3>
        {curve.before.length > 0 && (
          <label className="curve-before" title="Draws what was measured before behind this">
            <input
              type="checkbox"
              checked={withBefore}
              onChange={(event) => setWithBefore(event.target.checked)}
            />
            measured before
          </label>
        )}
      </header>
      <div
        className="curve-chart"
        ref={host}
        role="application"
        aria-label={`${look.title}: ${countWords(lines)}. Arrow keys go from point to point`}
        data-points={curve.points.length}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys go from point to point, as its label says.
        tabIndex={0}
        onPointerMove={point}
        onPointerLeave={() => setChosen(undefined)}
        onKeyDown={(event) => {
          if (!isPointKey(event.key)) return;
          event.preventDefault();
          setChosen(moved(lines, chosen, event.key));
        }}
        onBlur={() => setChosen(undefined)}
      >
        {size.width > 0 && (
          <CurveChart
            look={look}
            lines={lines}
            before={before}
            scales={scales}
            size={size}
            chosen={chosen}
            newest={isMeasuring ? curve.points.at(-1) : undefined}
          />
        )}
        {lines.length === 0 && <Teaching look={look} />}
      </div>
      <Legend look={look} lines={lines} />
      <p className="curve-words numbers" role="status">
        {words(look, lines, chosen, isMeasuring)}
      </p>
      <Numbers look={look} lines={lines} />
    </>
  );
}

function useSize(host: React.RefObject<HTMLElement | null>): ChartSize {
  const [size, setSize] = useState<ChartSize>({ width: 0, height: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    if (host.current) observer.observe(host.current);
    return () => observer.disconnect();
  }, [host]);
  return size;
}

function countWords(lines: readonly CurveLine[]): string {
  const count = lines.reduce((sum, { points }) => sum + points.length, 0);
  if (count === 0) return 'no points yet';
  return `${count} ${count === 1 ? 'point' : 'points'} in ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`;
}

function words(
  look: CurveLook,
  lines: readonly CurveLine[],
  chosen: PointPlace | undefined,
  isMeasuring: boolean,
): string {
  const point = chosen && lines[chosen.line]?.points[chosen.point];
  if (point) return pointWords(look, point);
  if (lines.length === 0) return '';
  return `${countWords(lines)}${isMeasuring ? ', more to come' : ''}`;
}

function pointWords(look: CurveLook, { series, x, y }: CurvePoint): string {
  return `${look.series} ${series}: ${siText(x, look.x.unit)}, ${siText(y, look.y.unit)}`;
}

function Legend({ look, lines }: { readonly look: CurveLook; readonly lines: readonly CurveLine[] }) {
  if (lines.length === 0) return null;
  return (
    <ul className="curve-legend" aria-label={look.series}>
      <li aria-hidden="true">{look.series}</li>
      {lines.map(({ series }, index) => {
        const { color, dash, mark } = lineLook(index, lines.length);
        return (
          <li key={series}>
            <svg width="34" height="12" style={{ color }} aria-hidden="true">
              <path className="curve-way" d="M1 6H33" strokeDasharray={dash} />
              <path className="curve-mark" d={mark} transform="translate(17 6)" />
            </svg>
            <span className="numbers">{series}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** For who does not see the drawing. */
function Numbers({ look, lines }: { readonly look: CurveLook; readonly lines: readonly CurveLine[] }) {
  return (
    <table className="visually-hidden">
      <caption>{look.title}</caption>
      <thead>
        <tr>
          <th>{look.series}</th>
          <th>{look.x.title}</th>
          <th>{look.y.title}</th>
        </tr>
      </thead>
      <tbody>
        {lines.flatMap(({ series, points }) =>
          points.map(({ x, y }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: points only come behind others.
            <tr key={`${series} ${index}`}>
              <td>{series}</td>
              <td>{siText(x, look.x.unit)}</td>
              <td>{siText(y, look.y.unit)}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}

function Teaching({ look }: { readonly look: CurveLook }) {
  return (
    <div className="empty-state curve-teaching">
      <p>
        {look.y.title} at each {look.x.title.toLowerCase()}, a point for each that is measured
      </p>
      <p>
        <kbd className="kbd">Ctrl+Enter</kbd> starts the run
      </p>
    </div>
  );
}
