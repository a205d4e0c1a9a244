// SPDX-License-Identifier: BSD-2-Clause
import type { Topology } from '@ringlab/protocol';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { type ChartChoice, ChartSession } from './chart-session.ts';
import { LIVE, type TimeWindow } from './time-window.ts';
import { useThemeChange } from './use-theme.ts';

export interface ChartState {
  readonly session: RefObject<ChartSession | undefined>;
  readonly timeWindow: TimeWindow;
  readonly hasHistory: boolean;
  readonly hasGhost: boolean;
}

/** Keeps a chart in the host element while the component is mounted; `onValues` is called outside React. */
export function useChartSession(
  host: RefObject<HTMLElement | null>,
  topology: Topology,
  choice: ChartChoice,
  onValues: (values: readonly (number | null)[], hovered: boolean) => void,
): ChartState {
  const session = useRef<ChartSession>(undefined);
  const latest = useRef({ choice, onValues });
  latest.current = { choice, onValues };
  const [timeWindow, setTimeWindow] = useState<TimeWindow>(LIVE);
  const [hasHistory, setHasHistory] = useState(false);
  const [hasGhost, setHasGhost] = useState(false);

  useEffect(() => {
    if (host.current === null) return;
    const chart = new ChartSession(host.current, topology, latest.current.choice, {
      onWindow: setTimeWindow,
      onHistory(history, ghost) {
        setHasHistory(history);
        setHasGhost(ghost);
      },
      onValues: (values, hovered) => latest.current.onValues(values, hovered),
    });
    session.current = chart;
    const unwatch = watchSize(host.current, (width, height) => chart.resize(width, height));
    return () => {
      unwatch();
      chart.dispose();
    };
  }, [host, topology]);

  const { measure, withGhost, selectedLink, runId } = choice;
  useEffect(
    () => session.current?.choose({ measure, withGhost, selectedLink, runId }),
    [measure, withGhost, selectedLink, runId],
  );
  useThemeChange(useCallback(() => session.current?.restyle(), []));
  return { session, timeWindow, hasHistory, hasGhost };
}

function watchSize(element: HTMLElement, onSize: (width: number, height: number) => void): () => void {
  const observer = new ResizeObserver(([entry]) => {
    const { width = 0, height = 0 } = entry?.contentRect ?? {};
    if (width > 0 && height > 0) onSize(width, height);
  });
  observer.observe(element);
  return () => observer.disconnect();
}
