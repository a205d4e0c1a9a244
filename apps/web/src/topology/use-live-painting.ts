// SPDX-License-Identifier: BSD-2-Clause
import type { TopologyLink } from '@ringlab/protocol';
import { useCallback, useEffect, useRef } from 'react';
import { rateFeed, useAppState } from '../api/index.ts';
import { READABLE_READINGS } from '../traffic/link-rate.ts';
import { LinkPainter, type LinkParts } from './link-painter.ts';

const REDUCED_MOTION = '(prefers-reduced-motion: reduce)';

/** Paints every mounted link with each sample of the run that is going on. */
export function useLivePainting(): (link: TopologyLink, parts: LinkParts) => () => void {
  const painters = useRef(new Set<LinkPainter>());
  const runId = useAppState(({ workspace }) => {
    const run = workspace?.run;
    return run === undefined || run.phase === 'ended' ? undefined : run.runId;
  });

  const paintAll = useCallback(() => {
    const live = rateFeed
      .history()
      .slice(-READABLE_READINGS)
      .filter((sample) => sample.runId === runId);
    for (const painter of painters.current) painter.paint(live);
  }, [runId]);

  useEffect(() => {
    paintAll();
    const stops = [rateFeed.subscribe(paintAll), rateFeed.onReset(paintAll)];
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
