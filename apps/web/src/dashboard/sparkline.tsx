// SPDX-License-Identifier: BSD-2-Clause
const WIDTH = 90;
const HEIGHT = 22;

/** A minute of somebody's rate, on its own scale; the number beside it says how much. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const top = Math.max(...values, 0);
  if (top === 0) return <svg className="sparkline" width={WIDTH} height={HEIGHT} aria-hidden="true" />;
  const step = WIDTH / 59;
  const left = WIDTH - (values.length - 1) * step;
  const points = values.map(
    (value, index) =>
      `${(left + index * step).toFixed(1)},${(HEIGHT - 2 - (value / top) * (HEIGHT - 4)).toFixed(1)}`,
  );
  return (
    <svg className="sparkline" width={WIDTH} height={HEIGHT} aria-hidden="true">
      <polygon points={`${left},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
      <polyline points={points.join(' ')} />
    </svg>
  );
}
