// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';

const axis = z.object({
  title: z.string(),
  /** Without a prefix: `pps`, `s`. */
  unit: z.string(),
});

/** How the points are drawn that a lab's program measures. Both axes are logarithmic: of rates and times, ratios count. */
export const curveLook = z.object({
  title: z.string(),
  /** What the name of a series is a number of: `batch of`. */
  series: z.string(),
  x: axis,
  y: axis,
});
export type CurveLook = z.infer<typeof curveLook>;

const curvePoint = z.object({ series: z.string(), x: z.number(), y: z.number() });
export type CurvePoint = z.infer<typeof curvePoint>;

/** Points in the order in which they were measured, and those of the measurement before. */
export const curve = z.object({ points: z.array(curvePoint), before: z.array(curvePoint) });
export type Curve = z.infer<typeof curve>;
