// SPDX-License-Identifier: BSD-2-Clause
import './rings.css';
import type { LabDetail } from '@ringlab/protocol';
import { Maximize } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { actions, rateFeed, useAppState, useNavigation } from '../api/index.ts';
import type { StageTimes } from '../ring-figure/drawing/stage.ts';
import type { Place } from '../ring-figure/model/scene.ts';
import { RingStage } from '../ring-figure/ring-stage.tsx';
import { HoldControls } from './hold-controls.tsx';
import { ownPorts, withRings } from './own-ports.ts';
import { PortChips } from './port-chips.tsx';
import { SlotDetail } from './slot-detail.tsx';
import { Teaching } from './teaching.tsx';
import { useIsVisible, useLiveRings, useWatching } from './use-live-rings.ts';

/** Looks come every 50 ms; a little longer on their way, hands do not stop between two. */
const LIVE: StageTimes = { handsMs: 70, travelMs: 420 };

export function RingsPanel() {
  const lab = useAppState((state) => state.workspace?.lab);
  return lab && <Rings key={lab.slug} lab={lab} />;
}

function Rings({ lab }: { readonly lab: LabDetail }) {
  const panel = useRef<HTMLElement>(null);
  const { rings, state } = useLiveRings();
  const [selected, setSelected] = useState<Place>();
  const own = ownPorts(lab);
  const known = useKnownPorts(own);
  const [ports, setPorts] = useChosenPorts(own, known);
  const readOnly = useAppState(({ workspace }) => workspace?.readOnly ?? true);
  const visible = useIsVisible(panel);
  const { hold, fault, hasRings } = state;
  // Whoever is held stays held when another panel is looked at.
  useWatching(ports, selected, visible || (hold !== undefined && !readOnly));
  const held = hold?.port ?? ports[0];

  return (
    <section
      className="panel-body rings"
      aria-label="Rings"
      ref={panel}
      onKeyDown={stepOnF10(hold !== undefined)}
    >
      <header className="rings-bar">
        <PortChips known={known} chosen={ports} onChoose={setPorts} />
        <button
          type="button"
          className="icon-button"
          aria-label="Full screen"
          title="Full screen, for a projector"
          onClick={() => toggleFullScreen(panel.current)}
        >
          <Maximize size={14} />
        </button>
        {!readOnly && <HoldControls port={held} hold={hold} isOpen={hasRings} fault={fault} />}
      </header>
      <div className="rings-picture">
        <Picture
          known={state.known}
          hasSeen={hasRings || rings.latest().rings.length > 0}
          stage={<RingStage source={rings} times={LIVE} selected={selected} onSelect={setSelected} />}
        />
      </div>
      {selected && <Detail place={selected} rings={rings} hex={hexOf(state.frame, selected)} />}
      <Key />
    </section>
  );
}

interface PictureProps {
  readonly known: boolean;
  readonly hasSeen: boolean;
  readonly stage: React.ReactNode;
}

function Picture({ known, hasSeen, stage }: PictureProps) {
  if (!known)
    return <p className="empty-state">In-kernel netmap shows its rings to nobody but their programs.</p>;
  return hasSeen ? stage : <Teaching />;
}

function Detail({
  place,
  rings,
  hex,
}: {
  readonly place: Place;
  readonly rings: ReturnType<typeof useLiveRings>['rings'];
  readonly hex: string | undefined;
}) {
  const scene = useSyncExternalStore(rings.subscribe, rings.latest);
  const ring = scene.rings.find(({ id }) => id === place.ring);
  return ring && <SlotDetail ring={ring} slot={place.slot} hex={hex} />;
}

function hexOf(frame: { ring: string; slot: number; hex: string } | undefined, place: Place | undefined) {
  return frame && frame.ring === place?.ring && frame.slot === place.slot ? frame.hex : undefined;
}

const followRates = (changed: () => void) => rateFeed.subscribe(changed);

/** The lab's own ports first, and whatever else is open. */
function useKnownPorts(own: readonly string[]): readonly string[] {
  const open = useSyncExternalStore(
    followRates,
    () =>
      rateFeed
        .latest()
        ?.ports.filter(({ rings }) => rings !== undefined)
        .map(({ port }) => port)
        .join(' ') ?? '',
  );
  return [...new Set([...own, ...open.split(' ').filter(Boolean)])];
}

/** The lab's first port, until others are chosen here or one was clicked elsewhere. */
function useChosenPorts(own: readonly string[], known: readonly string[]) {
  const [chosen, setChosen] = useState<readonly string[]>();
  const asked = useNavigation((view) => view.port);
  useEffect(() => {
    if (asked !== undefined) setChosen([withRings(asked)]);
  }, [asked]);
  const first = [...own, ...known].slice(0, 1);
  return [chosen ?? first, setChosen] as const;
}

function stepOnF10(held: boolean) {
  return (event: KeyboardEvent) => {
    if (event.key !== 'F10' || !held) return;
    event.preventDefault();
    actions.steerRings({ kind: 'step' }).catch(() => undefined);
  };
}

function toggleFullScreen(element: HTMLElement | null): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : element?.requestFullscreen();
  done?.catch(() => undefined);
}

function Key() {
  return (
    <p className="rings-key">
      <span data-hue="owned">your program's slots</span>
      <span data-hue="released">netmap's slots</span>
      <span data-hue="rx">received packet</span>
      <span data-hue="tx">packet to send</span>
      <span data-hue="engine">hwcur and hwtail: netmap's side</span>
    </p>
  );
}
