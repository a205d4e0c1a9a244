// SPDX-License-Identifier: BSD-2-Clause
import type { SlotRef } from '@ringlab/protocol';
import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react';
import { actions, useAppState } from '../api/index.ts';
import type { Place } from '../ring-figure/model/scene.ts';
import { LiveRings, type RingsState } from './live-rings.ts';

/** The feed as scenes, for as long as the panel is there. */
export function useLiveRings(): { readonly rings: LiveRings; readonly state: RingsState } {
  const [rings] = useState(() => new LiveRings());
  useEffect(() => rings.follow(), [rings]);
  return { rings, state: useSyncExternalStore(rings.subscribeState, rings.state) };
}

/** Whether the element can be seen: panels behind other tabs are there, too. */
export function useIsVisible(element: RefObject<HTMLElement | null>): boolean {
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver((entries) =>
      setVisible(entries.at(-1)?.isIntersecting ?? false),
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return visible;
}

/** Asks the server for these ports while `wanted`; what is asked again after a reconnect, the session knows. */
export function useWatching(ports: readonly string[], selected: Place | undefined, wanted: boolean): void {
  const online = useAppState(({ connection }) => connection === 'online');
  const [ask] = useState(() => (names: readonly string[], frame?: SlotRef) => {
    // A workspace that is just being closed, or a line that is down: asked again when it is there.
    actions.watchRings(names, frame).catch(() => undefined);
  });
  const names = ports.join(' ');
  const slot = selected && `${selected.ring}#${selected.slot}`;
  useEffect(() => {
    if (!wanted || !online || names === '') return;
    ask(names.split(' '), slotRefOf(slot));
  }, [ask, names, slot, wanted, online]);
  useEffect(() => {
    if (wanted) return () => ask([]);
    return undefined;
  }, [ask, wanted]);
}

/** `vale0:a/rx0#17` */
function slotRefOf(text: string | undefined): SlotRef | undefined {
  const [, port, dir, ring, slot] = text?.match(/^(.*)\/([rt]x)(\d+)#(\d+)$/) ?? [];
  if (port === undefined || (dir !== 'rx' && dir !== 'tx')) return undefined;
  return { port, dir, ring: Number(ring), slot: Number(slot) };
}
