// SPDX-License-Identifier: BSD-2-Clause
import './ring-figure.css';
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react';
import { Stage, type StageTimes } from './drawing/stage.ts';
import type { Place, Scene } from './model/scene.ts';
import { sceneWords } from './model/words.ts';

export interface SceneSource {
  readonly latest: () => Scene;
  /** Calls back with each new scene until it is undone. */
  readonly subscribe: (show: (scene: Scene) => void) => () => void;
}

interface RingStageProps {
  readonly source: SceneSource;
  readonly times: StageTimes;
  readonly selected?: Place | undefined;
  /** Without it slots cannot be selected. */
  readonly onSelect?: (place: Place | undefined) => void;
}

/** Rings on a canvas, drawn outside React: from shared memory twenty times a second, or from a figure's script. */
export function RingStage({ source, times, selected, onSelect }: RingStageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const stage = useRef<Stage | undefined>(undefined);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const created = new Stage(element, times);
    stage.current = created;
    const show = (scene: Scene) => {
      created.show(scene);
      element.setAttribute('aria-label', sceneWords(scene));
    };
    show(source.latest());
    const unsubscribe = source.subscribe(show);
    return () => {
      unsubscribe();
      created[Symbol.dispose]();
      stage.current = undefined;
    };
  }, [source, times]);

  useEffect(() => stage.current?.select(selected), [selected]);

  const pressed = (event: PointerEvent<HTMLCanvasElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    onSelect?.(stage.current?.placeAt(event.clientX - left, event.clientY - top));
  };
  const typed = (event: KeyboardEvent) => {
    const next = neighbor(source.latest(), selected, event.key);
    if (next === null) return;
    event.preventDefault();
    onSelect?.(next);
  };
  if (onSelect === undefined) return <canvas ref={canvas} className="ring-stage" role="img" />;
  return (
    <canvas
      ref={canvas}
      className="ring-stage"
      role="img"
      tabIndex={0}
      data-panel-focus
      title="Arrow keys go from slot to slot, Page Up and Page Down from ring to ring"
      onPointerDown={pressed}
      onKeyDown={typed}
    />
  );
}

/** Where a key leads: null for a key that leads nowhere, undefined for no slot at all. */
function neighbor({ rings }: Scene, at: Place | undefined, key: string): Place | undefined | null {
  const index = Math.max(
    0,
    rings.findIndex(({ id }) => id === at?.ring),
  );
  const ring = rings[index];
  if (ring === undefined) return null;
  const go = (by: number) => ({
    ring: ring.id,
    slot: at === undefined ? ring.head : (at.slot + by + ring.slots) % ring.slots,
  });
  const turn = (by: number) => {
    const other = rings[(index + by + rings.length) % rings.length];
    return other && { ring: other.id, slot: other.head };
  };
  switch (key) {
    case 'ArrowRight':
      return go(1);
    case 'ArrowLeft':
      return go(-1);
    case 'Home':
      return { ring: ring.id, slot: ring.head };
    case 'PageDown':
      return turn(1);
    case 'PageUp':
      return turn(-1);
    case 'Escape':
      return undefined;
    default:
      return null;
  }
}
