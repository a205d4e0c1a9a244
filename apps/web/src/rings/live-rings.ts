// SPDX-License-Identifier: BSD-2-Clause
import type { RingHold, RingsLook } from '@ringlab/protocol';
import { ringsFeed } from '../api/index.ts';
import { EMPTY_SCENE, nextScene, type Scene } from '../ring-figure/model/scene.ts';
import type { SceneSource } from '../ring-figure/ring-stage.tsx';
import { mayDraw } from '../traffic/typing.ts';

/** What of a look is words and buttons, and so is rendered by React; it stays the same object while it says the same. */
export interface RingsState {
  readonly known: boolean;
  readonly hold: RingHold | undefined;
  readonly fault: string | undefined;
  readonly hasRings: boolean;
  readonly frame: { readonly ring: string; readonly slot: number; readonly hex: string } | undefined;
}

const NO_STATE: RingsState = {
  known: true,
  hold: undefined,
  fault: undefined,
  hasRings: false,
  frame: undefined,
};

/** The rings that the server tells of, as scenes that follow each other. What was seen last stays when ports close. */
export class LiveRings implements SceneSource {
  #scene = EMPTY_SCENE;
  #state = NO_STATE;
  #drawnAtMs = 0;
  readonly #listeners = new Set<(scene: Scene) => void>();
  readonly #stateListeners = new Set<() => void>();

  /** Follows the feed until it is undone. */
  readonly follow = (): (() => void) => ringsFeed.subscribe((look) => this.#take(look));

  readonly latest = (): Scene => this.#scene;

  readonly subscribe = (show: (scene: Scene) => void): (() => void) => {
    this.#listeners.add(show);
    return () => this.#listeners.delete(show);
  };

  readonly state = (): RingsState => this.#state;

  readonly subscribeState = (changed: () => void): (() => void) => {
    this.#stateListeners.add(changed);
    return () => this.#stateListeners.delete(changed);
  };

  #take(look: RingsLook | undefined): void {
    this.#changeState(stateOf(look));
    if (look === undefined) this.#show(EMPTY_SCENE);
    // While somebody steps, each look is one that was asked for.
    else if (look.rings.length > 0 && (look.hold !== undefined || mayDraw(this.#drawnAtMs)))
      this.#show(nextScene(this.#scene, look));
  }

  #show(scene: Scene): void {
    this.#drawnAtMs = performance.now();
    this.#scene = scene;
    for (const show of this.#listeners) show(scene);
  }

  #changeState(state: RingsState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    for (const changed of this.#stateListeners) changed();
  }
}

function stateOf(look: RingsLook | undefined): RingsState {
  if (look === undefined) return NO_STATE;
  const framed = look.rings.find(({ frame }) => frame !== undefined);
  return {
    known: look.known,
    hold: look.hold,
    fault: look.fault,
    hasRings: look.rings.length > 0,
    frame: framed?.frame && { ring: `${framed.port}/${framed.dir}${framed.ring}`, ...framed.frame },
  };
}
