// SPDX-License-Identifier: BSD-2-Clause
import { useEffect, useState } from 'react';
import type { StageTimes } from '../ring-figure/drawing/stage.ts';
import type { Scene } from '../ring-figure/model/scene.ts';
import type { ToldFigure } from '../ring-figure/model/told-figure.ts';
import { RingStage, type SceneSource } from '../ring-figure/ring-stage.tsx';

const CALM: StageTimes = { handsMs: 600, travelMs: 1100 };

interface SlideFigureProps {
  readonly figure: ToldFigure;
  /** From 0; the keys that turn slides go from one to the next. */
  readonly step: number;
}

/** Rings that go on by a key, and what is to be said of each step. */
export function SlideFigure({ figure, step }: SlideFigureProps) {
  const [source] = useState(() => new StepSource(figure));
  useEffect(() => source.show(step), [source, step]);
  const at = figure.steps[step] ?? figure.steps[0];
  return (
    <div className="slide-figure">
      <div className="slide-rings">
        <RingStage source={source} times={CALM} />
      </div>
      <p className="slide-caption" aria-live="polite">
        <span className="numbers">
          {step + 1}/{figure.steps.length}
        </span>{' '}
        {at?.caption}
      </p>
    </div>
  );
}

class StepSource implements SceneSource {
  readonly #figure: ToldFigure;
  readonly #listeners = new Set<(scene: Scene) => void>();
  #step = 0;

  constructor(figure: ToldFigure) {
    this.#figure = figure;
  }

  readonly latest = (): Scene => this.#sceneOf(this.#step);

  readonly subscribe = (show: (scene: Scene) => void): (() => void) => {
    this.#listeners.add(show);
    return () => this.#listeners.delete(show);
  };

  show(step: number): void {
    // Buffers travel forward only; on the way back they are where they were.
    const forward = step === this.#step + 1;
    this.#step = step;
    const scene = this.#sceneOf(step);
    for (const show of this.#listeners) show(forward ? scene : { ...scene, travels: [] });
  }

  #sceneOf(step: number): Scene {
    const { scene } = this.#figure.steps[step] ?? {};
    return scene ?? { rings: [], travels: [], hold: undefined };
  }
}
