// SPDX-License-Identifier: BSD-2-Clause
import type { PortRate } from '@ringlab/protocol';
import { useCallback, useSyncExternalStore } from 'react';
import { rateFeed } from '../api/index.ts';

const NO_PORTS: readonly PortRate[] = [];

/** The ports of the newest sample that has rings, ten times a second. */
export function useLivePorts(): readonly PortRate[] {
  const subscribe = useCallback((changed: () => void) => {
    const stops = [rateFeed.subscribe(changed), rateFeed.onReset(changed)];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return useSyncExternalStore(subscribe, () => rateFeed.latest()?.ports ?? NO_PORTS);
}
