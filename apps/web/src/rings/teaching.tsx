// SPDX-License-Identifier: BSD-2-Clause
import type { StageTimes } from '../ring-figure/drawing/stage.ts';
import { EMPTY_SCENE, nextScene } from '../ring-figure/model/scene.ts';
import { freshRing, play } from '../ring-figure/model/script.ts';
import { RingStage, type SceneSource } from '../ring-figure/ring-stage.tsx';

const AT_ONCE: StageTimes = { handsMs: 1, travelMs: 1 };

/** A drawing of what will be there; no reading. */
const EXAMPLE: SceneSource = (() => {
  const moves = [
    { kind: 'arrive', ring: 'example/rx0', packets: 8 },
    { kind: 'sync', ring: 'example/rx0' },
    { kind: 'read', ring: 'example/rx0', packets: 2 },
    { kind: 'arrive', ring: 'example/rx0', packets: 2 },
  ] as const;
  const rings = moves.reduce(play, [freshRing('example', 'rx', 16)] as ReturnType<typeof play>);
  const scene = nextScene(EMPTY_SCENE, { rings: [...rings], hold: undefined });
  return { latest: () => scene, subscribe: () => () => undefined };
})();

export function Teaching() {
  return (
    <div className="rings-teaching">
      <div className="rings-example">
        <RingStage source={EXAMPLE} times={AT_ONCE} />
      </div>
      <div className="rings-lesson">
        <p>
          A port's rings appear here while it is open, slot by slot. From <b>head</b> to <b>tail</b> the slots
          are your program's; the rest is netmap's. Moving <b>head</b> releases slots, and netmap takes them
          at the next sync.
        </p>
        <p>
          <kbd className="kbd">Ctrl+Enter</kbd> starts the run
        </p>
      </div>
    </div>
  );
}
