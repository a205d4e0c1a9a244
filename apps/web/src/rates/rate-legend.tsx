// SPDX-License-Identifier: BSD-2-Clause
import type { Topology } from '@ringlab/protocol';
import { useLayoutEffect, useReducer, useRef } from 'react';
import { type SeriesLook, seriesLooks } from './series-look.ts';
import { useThemeChange } from './use-theme.ts';

interface RateLegendProps {
  readonly ref: React.RefObject<HTMLUListElement | null>;
  readonly topology: Topology;
  readonly selectedLink: string | undefined;
  readonly onSelect: (linkId: string | undefined) => void;
}

/** A row a link: its line, its name, its number. The numbers are written from outside, into `[data-value]`. */
export function RateLegend({ ref, topology, selectedLink, onSelect }: RateLegendProps) {
  const looks = useLooks(topology);
  return (
    <ul className="rates-legend" ref={ref}>
      {looks.map((look) => (
        <li key={look.linkId}>
          <button
            type="button"
            aria-pressed={look.linkId === selectedLink}
            title={`${look.port}: show this link alone`}
            onClick={() => onSelect(look.linkId === selectedLink ? undefined : look.linkId)}
          >
            <Swatch look={look} />
            <span className="rates-legend-name">{look.name}</span>
            <span className="rates-legend-value numbers" data-value />
          </button>
        </li>
      ))}
    </ul>
  );
}

function useLooks(topology: Topology): SeriesLook[] {
  const looks = useRef<SeriesLook[]>([]);
  const [, drawAgain] = useReducer((count: number) => count + 1, 0);
  useThemeChange(drawAgain);
  useLayoutEffect(drawAgain, []);
  looks.current = seriesLooks(topology, document.documentElement);
  return looks.current;
}

function Swatch({ look }: { readonly look: SeriesLook }) {
  return (
    <svg width="38" height="8" aria-hidden="true">
      <path d="M1 4H37" stroke={look.color} strokeWidth="2.5" strokeDasharray={look.dash.join(' ')} />
    </svg>
  );
}
