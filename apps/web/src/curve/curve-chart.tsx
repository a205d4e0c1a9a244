// SPDX-License-Identifier: BSD-2-Clause
import type { CurveLook, CurvePoint } from '@ringlab/protocol';
import { siText } from '../units/quantity.ts';
import type { CurveLine, PointPlace } from './curve-lines.ts';
import { type LineLook, lineLook } from './curve-look.ts';
import { type LogScale, logScale } from './log-scale.ts';

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

const LEFT = 74;
const RIGHT = 30;
const TOP = 14;
const BOTTOM = 42;
/** Axes before anything was measured: from a thousand to ten million of the one, from a microsecond to a tenth of a second of the other. */
const NO_X = [1e3, 1e7] as const;
const NO_Y = [1e-6, 1e-1] as const;

export interface Scales {
  readonly x: LogScale;
  readonly y: LogScale;
}

export function scalesOf(points: readonly CurvePoint[], { width, height }: ChartSize): Scales {
  const values = points.filter(({ x, y }) => x > 0 && y > 0);
  return {
    x: logScale(
      values.map(({ x }) => x),
      NO_X,
      [LEFT, Math.max(LEFT + 1, width - RIGHT)],
    ),
    y: logScale(
      values.map(({ y }) => y),
      NO_Y,
      [Math.max(TOP + 1, height - BOTTOM), TOP],
    ),
  };
}

interface CurveChartProps {
  readonly look: CurveLook;
  readonly lines: readonly CurveLine[];
  readonly before: readonly CurveLine[];
  readonly scales: Scales;
  readonly size: ChartSize;
  readonly chosen: PointPlace | undefined;
  /** Measured last, while more are to come. */
  readonly newest: CurvePoint | undefined;
}

/** Everything that is drawn; what it says is said beside it in words. */
export function CurveChart({ look, lines, before, scales, size, chosen, newest }: CurveChartProps) {
  const looks = new Map(lines.map(({ series }, index) => [series, lineLook(index, lines.length)]));
  const picked = chosen && lines[chosen.line]?.points[chosen.point];
  return (
    <svg className="curve-drawing" width={size.width} height={size.height} aria-hidden="true">
      <Axes look={look} scales={scales} size={size} />
      {before.map((line, index) => (
        <Line
          key={line.series}
          line={line}
          look={looks.get(line.series) ?? lineLook(index, before.length)}
          scales={scales}
          isBefore
        />
      ))}
      {picked && <Crosshair point={picked} look={look} scales={scales} />}
      {lines.map((line, index) => (
        <Line key={line.series} line={line} look={lineLook(index, lines.length)} scales={scales} />
      ))}
      {newest && (
        <circle className="curve-newest" cx={scales.x.at(newest.x)} cy={scales.y.at(newest.y)} r={9} />
      )}
      {picked && (
        <circle className="curve-picked" cx={scales.x.at(picked.x)} cy={scales.y.at(picked.y)} r={8} />
      )}
    </svg>
  );
}

function Axes({ look, scales: { x, y }, size }: { look: CurveLook; scales: Scales; size: ChartSize }) {
  const [left, right] = [x.at(x.from), x.at(x.to)];
  const [bottom, top] = [y.at(y.from), y.at(y.to)];
  return (
    <g className="curve-axes">
      {x.marks.map(({ value, isPower }) => (
        <path key={value} className={isPower ? 'power' : ''} d={`M${x.at(value)} ${top}V${bottom}`} />
      ))}
      {y.marks.map(({ value, isPower }) => (
        <path key={value} className={isPower ? 'power' : ''} d={`M${left} ${y.at(value)}H${right}`} />
      ))}
      {x.marks
        .filter(({ isPower }) => isPower)
        .map(({ value }) => (
          <text key={value} x={x.at(value)} y={bottom + 15} textAnchor="middle">
            {siText(value, look.x.unit, true)}
          </text>
        ))}
      {y.marks
        .filter(({ isPower }) => isPower)
        .map(({ value }) => (
          <text key={value} x={left - 7} y={y.at(value) + 4} textAnchor="end">
            {siText(value, look.y.unit, true)}
          </text>
        ))}
      <text className="curve-axis-title" x={(left + right) / 2} y={size.height - 8} textAnchor="middle">
        {look.x.title}
      </text>
      <text
        className="curve-axis-title"
        transform={`translate(12 ${(top + bottom) / 2}) rotate(-90)`}
        textAnchor="middle"
      >
        {look.y.title}
      </text>
    </g>
  );
}

interface LineProps {
  readonly line: CurveLine;
  readonly look: LineLook;
  readonly scales: Scales;
  readonly isBefore?: boolean;
}

function Line({ line, look, scales: { x, y }, isBefore = false }: LineProps) {
  const way = line.points.map((point) => `${x.at(point.x).toFixed(1)} ${y.at(point.y).toFixed(1)}`);
  return (
    <g className={isBefore ? 'curve-line before' : 'curve-line'} style={{ color: look.color }}>
      <path className="curve-way" d={`M${way.join('L')}`} strokeDasharray={look.dash} />
      {!isBefore &&
        line.points.map((point, index) => (
          <path
            // biome-ignore lint/suspicious/noArrayIndexKey: points only come behind others.
            key={index}
            className="curve-mark"
            d={look.mark}
            transform={`translate(${x.at(point.x)} ${y.at(point.y)})`}
          />
        ))}
    </g>
  );
}

function Crosshair({
  point,
  look,
  scales: { x, y },
}: {
  point: CurvePoint;
  look: CurveLook;
  scales: Scales;
}) {
  const [left, bottom] = [x.at(x.from), y.at(y.from)];
  const [at, height] = [x.at(point.x), y.at(point.y)];
  return (
    <g className="curve-crosshair">
      <path d={`M${left} ${height}H${at}V${bottom}`} />
      <Chip x={Math.min(at, x.at(x.to) - 24)} y={bottom + 11} words={siText(point.x, look.x.unit)} />
      <Chip x={left - 30} y={height} words={siText(point.y, look.y.unit)} />
    </g>
  );
}

/** Over the axis' own words. */
function Chip({ x, y, words }: { readonly x: number; readonly y: number; readonly words: string }) {
  const width = words.length * 6.8 + 8;
  return (
    <g className="curve-chip">
      <rect x={x - width / 2} y={y - 9} width={width} height={18} rx={3} />
      <text x={x} y={y + 4} textAnchor="middle">
        {words}
      </text>
    </g>
  );
}
