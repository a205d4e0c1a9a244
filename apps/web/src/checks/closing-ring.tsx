// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult } from '@ringlab/protocol';

const RADIUS = 15;
const TURN = 2 * Math.PI * RADIUS;
const GAP = 3;

interface ClosingRingProps {
  readonly states: readonly CheckResult['state'][];
  readonly isPassed: boolean;
  readonly isNews: boolean;
}

/** A ring with a slot for each check; when all pass it closes. */
export function ClosingRing({ states, isPassed, isNews }: ClosingRingProps) {
  const slot = TURN / Math.max(1, states.length);
  const gap = isPassed || states.length < 2 ? 0 : GAP;
  return (
    <svg
      className="closing-ring"
      viewBox="-20 -20 40 40"
      data-passed={isPassed}
      data-news={isNews}
      aria-hidden="true"
    >
      <g transform="rotate(-90)">
        {states.map((state, index) => (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: a slot is its place.
            key={index}
            r={RADIUS}
            data-state={state}
            strokeDasharray={`${Math.max(0.5, slot - gap)} ${TURN}`}
            strokeDashoffset={-(index * slot + gap / 2)}
          />
        ))}
      </g>
      {isPassed && <path className="closing-ring-check" d="M-6.5 0.5 L-2 5 L7 -5" />}
    </svg>
  );
}
