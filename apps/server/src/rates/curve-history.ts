// SPDX-License-Identifier: BSD-2-Clause
import type { Curve, CurvePoint } from '@ringlab/protocol';

/** The points of the newest measurement, and those of the one before. */
export class CurveHistory {
  #curve: Curve = { points: [], before: [] };

  /** Undefined until something was measured. */
  get curve(): Curve | undefined {
    return this.#curve.points.length === 0 ? undefined : this.#curve;
  }

  /**
   * All points that a program tells now; whether they changed anything. Those that do not begin with what was there are of
   * a new measurement. None at all say nothing: a program that starts empties its file, and a sandbox that ends takes it along.
   */
  take(points: readonly CurvePoint[]): boolean {
    const { points: known, before } = this.#curve;
    const goesOn = known.every((point, index) => isSame(point, points[index]));
    if (points.length === 0 || (goesOn && points.length === known.length)) return false;
    this.#curve = { points: [...points], before: goesOn ? before : known };
    return true;
  }
}

function isSame(a: CurvePoint, b: CurvePoint | undefined): boolean {
  return a.series === b?.series && a.x === b.x && a.y === b.y;
}
