// SPDX-License-Identifier: BSD-2-Clause
import './rings.css';
import type { PortRate, RingState } from '@ringlab/protocol';
import { useEffect, useRef } from 'react';
import { useAppState, useNavigation } from '../api/index.ts';
import { fixedQuantityText } from '../units/quantity.ts';
import { RingFigure } from './ring-figure.tsx';
import { useLivePorts } from './use-live-ports.ts';

export function RingsPanel() {
  const ports = useLivePorts().filter((port) => (port.rings?.length ?? 0) > 0);
  const isLive = useAppState(
    ({ workspace }) => workspace?.run !== undefined && workspace.run.phase !== 'ended',
  );
  const chosen = useNavigation((view) => view.port);
  if (ports.length === 0) return <Teaching />;
  return (
    <section className="panel-body rings" aria-label="Rings">
      {!isLive && <p className="rings-note">The run has ended; these are the last rings that were seen.</p>}
      <Key />
      <div className="rings-ports">
        {ports.map((port) => (
          <PortRings key={port.port} port={port} isChosen={port.port === chosen} />
        ))}
      </div>
    </section>
  );
}

function PortRings({ port, isChosen }: { readonly port: PortRate; readonly isChosen: boolean }) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isChosen) card.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, [isChosen]);
  return (
    <article className="rings-port" ref={card} data-chosen={isChosen}>
      <h3 className="mono">{port.port}</h3>
      <div className="rings-row">
        {(port.rings ?? []).map((ring) => (
          <Ring key={`${ring.dir}${ring.ring}`} ring={ring} ratePps={port[ring.dir].pps} />
        ))}
      </div>
    </article>
  );
}

function Ring({ ring, ratePps }: { readonly ring: RingState; readonly ratePps: number }) {
  return (
    <figure className="rings-ring" data-dir={ring.dir}>
      <RingFigure ring={ring} />
      <figcaption>
        <span className="rings-ring-name">
          {ring.dir} {ring.ring}
        </span>
        <span className="numbers">{fixedQuantityText(ratePps, 'pps')}</span>
      </figcaption>
      <dl className="numbers rings-hands">
        <Value name="head" value={ring.head} />
        <Value name="cur" value={ring.cur} />
        <Value name="tail" value={ring.tail} />
      </dl>
    </figure>
  );
}

function Value({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div title={name}>
      <dt>{name.charAt(0)}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Key() {
  return (
    <p className="rings-key">
      <span data-hue="owned">your program's slots</span>
      <span data-hue="released">released to netmap</span>
      <span data-hue="packets">slots with packets</span>
    </p>
  );
}

/** A drawing of what will be there, with its parts named; no reading. */
const EXAMPLE: RingState = { dir: 'rx', ring: 0, slots: 32, head: 3, cur: 6, tail: 14, hwcur: 3, hwtail: 14 };

function Teaching() {
  return (
    <section className="panel-body rings-teaching" aria-label="Rings">
      <RingFigure ring={EXAMPLE} />
      <div>
        <p>
          Every port's rings appear here while a run goes on. From <b>head</b> to <b>tail</b> the slots are
          your program's; the rest is netmap's. Moving <b>head</b> releases slots; <b>cur</b> says from where
          to wake you.
        </p>
        <p>
          <kbd className="kbd">Ctrl+Enter</kbd> starts the run
        </p>
      </div>
    </section>
  );
}
