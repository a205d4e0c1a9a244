// SPDX-License-Identifier: BSD-2-Clause
import type { TopologyLink } from '@ringlab/protocol';
import { useCallback, useEffect, useRef } from 'react';
import { rateFeed, useAppState } from '../api/index.ts';
import { READABLE_READINGS } from '../traffic/link-rate.ts';
import { isTyping, mayDraw } from '../traffic/typing.ts';
import { LinkPainter, type LinkParts } from './link-painter.ts';

const REDUCED_MOTION = '(prefers-reduced-motion: reduce)';

/** Paints every mounted link with each sample of the run that is going on, and seldom while somebody types. */
export function useLivePainting(): (link: TopologyLink, parts: LinkParts) => () => void {
  const painters = useRef(new Set<LinkPainter>());
  const paintedAtMs = useRef(0);
  const runId = useAppState(({ workspace }) => {
    const run = workspace?.run;
    return run === undefined || run.phase === 'ended' ? undefined : run.runId;
  });

  const paintAll = useCallback(() => {
    paintedAtMs.current = performance.now();
    const live = rateFeed
      .history()
      .slice(-READABLE_READINGS)
      .filter((sample) => sample.runId === runId);
    for (const painter of painters.current) painter.paint(live, isTyping());
  }, [runId]);

  useEffect(() => {
    paintAll();
    const paintSample = () => mayDraw(paintedAtMs.current) && paintAll();
    const stops = [rateFeed.subscribe(paintSample), rateFeed.onReset(paintAll)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [paintAll]);

  return useCallback((link: TopologyLink, parts: LinkParts) => {
    const painter = new LinkPainter(link, parts, matchMedia(REDUCED_MOTION).matches);
    painters.current.add(painter);
    return () => {
      painters.current.delete(painter);
      painter.dispose();
    };
  }, []);
}
