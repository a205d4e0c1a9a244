// SPDX-License-Identifier: BSD-2-Clause

/** What a drawing in a lab's text is made of. Anything else, such as a script or a picture from elsewhere, is not drawn. */
export const FIGURE_ELEMENTS: ReadonlySet<string> = new Set([
  'svg',
  'title',
  'desc',
  'defs',
  'marker',
  'g',
  'path',
  'rect',
  'circle',
  'ellipse',
  'line',
  'polyline',
  'polygon',
  'text',
  'tspan',
]);

/** Their attributes; none of them loads or runs anything. */
export const FIGURE_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['viewBox', 'class', 'id', 'transform', 'd', 'points'],
  ...['x', 'y', 'x1', 'y1', 'x2', 'y2', 'dx', 'dy', 'cx', 'cy', 'r', 'rx', 'ry', 'width', 'height'],
  ...['text-anchor', 'marker-start', 'marker-end'],
  ...['markerWidth', 'markerHeight', 'refX', 'refY', 'orient'],
]);
