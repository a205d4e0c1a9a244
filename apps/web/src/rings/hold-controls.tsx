// SPDX-License-Identifier: BSD-2-Clause
import type { RingHold, RingOrder } from '@ringlab/protocol';
import { Hand, Play, StepForward } from 'lucide-react';
import { useState } from 'react';
import { actions, errorWords } from '../api/index.ts';
import { holdWords } from './hold-words.ts';

interface HoldControlsProps {
  /** Whose program is held when somebody asks for it. */
  readonly port: string | undefined;
  readonly hold: RingHold | undefined;
  readonly isOpen: boolean;
  readonly fault: string | undefined;
}

const PACES = [0, 1, 2, 5, 10];

/** Stops the program at each sync, and lets it go on: by one step, slowly, or freely. */
export function HoldControls({ port, hold, isOpen, fault }: HoldControlsProps) {
  const [failure, setFailure] = useState<string>();
  const steer = (order: RingOrder) => {
    setFailure(undefined);
    actions.steerRings(order).catch((error) => setFailure(errorWords(error)));
  };
  const words = failure ?? fault ?? (hold && holdWords(hold, isOpen));
  return (
    <div className="rings-steps" data-held={hold !== undefined}>
      {hold === undefined ? (
        <button
          type="button"
          className="button rings-hold"
          disabled={port === undefined}
          title="The program that has this port open stops before and after each sync"
          onClick={() => port !== undefined && steer({ kind: 'hold', port })}
        >
          <Hand size={14} aria-hidden="true" /> Hold at each sync
        </button>
      ) : (
        <Held hold={hold} steer={steer} />
      )}
      {words !== undefined && (
        <p className="rings-hold-words" role="status" data-bad={failure !== undefined || fault !== undefined}>
          {words}
        </p>
      )}
    </div>
  );
}

interface HeldProps {
  readonly hold: RingHold;
  readonly steer: (order: RingOrder) => void;
}

function Held({ hold, steer }: HeldProps) {
  const isStopped = hold.phase === 'before' || hold.phase === 'after';
  return (
    <span className="rings-held">
      <button
        type="button"
        className="button primary"
        title="Step (F10)"
        disabled={!isStopped || hold.perSecond > 0}
        onClick={() => steer({ kind: 'step' })}
      >
        <StepForward size={14} aria-hidden="true" /> Step
      </button>
      <label className="rings-pace">
        <span className="dim">by itself</span>
        <select
          className="field"
          value={hold.perSecond}
          onChange={(event) => steer({ kind: 'pace', perSecond: Number(event.target.value) })}
        >
          {PACES.map((pace) => (
            <option key={pace} value={pace}>
              {pace === 0 ? 'never' : `${pace} a second`}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        className="button"
        title="Let it run freely"
        onClick={() => steer({ kind: 'go' })}
      >
        <Play size={14} aria-hidden="true" /> Let it run
      </button>
    </span>
  );
}
