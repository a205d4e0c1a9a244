// SPDX-License-Identifier: BSD-2-Clause
import type { ReactNode } from 'react';

/** The frame of the pages before a session: the name, and one thing to do. */
export function Welcome({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main className="join">
      <div className="join-card">
        <RingMark />
        <p className="join-name">Ringlab</p>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}

const SLOTS = 16;
const RADIUS = 40;
const TURN = 2 * Math.PI * RADIUS;

/** A ring of slots, some of them the program's, and its head. */
function RingMark() {
  const dash = `${TURN / SLOTS - 3} 3`;
  return (
    <svg className="join-ring" viewBox="-50 -50 100 100" aria-hidden="true">
      <g transform="rotate(-90)">
        <circle r={RADIUS} strokeDasharray={dash} />
        <circle r={RADIUS} className="join-ring-owned" strokeDasharray={ownedDash()} />
      </g>
      <path d="M0 -24 V-52" />
    </svg>
  );
}

/** Six slots, then nothing for the rest of the turn. */
function ownedDash(): string {
  const slot = TURN / SLOTS;
  return `${Array.from({ length: 6 }, () => `${slot - 3} 3`).join(' ')} 0 ${TURN}`;
}
