// SPDX-License-Identifier: BSD-2-Clause
import type { Topology } from '@ringlab/protocol';
import { useCallback, useEffect, useRef, useState } from 'react';
import { navigation, useNavigation } from '../api/index.ts';
import { fixedQuantityText } from '../units/quantity.ts';
import { ChartSession } from './chart-session.ts';
import type { Measure } from './link-history.ts';
import { RateLegend } from './rate-legend.tsx';
import { LIVE, type TimeWindow } from './time-window.ts';
import { useChartGestures } from './use-chart-gestures.ts';
import { useThemeChange } from './use-theme.ts';

const MEASURES: readonly { readonly measure: Measure; readonly words: string; readonly title: string }[] = [
  { measure: 'pps', words: 'Packets', title: 'Packets per second' },
  { measure: 'bps', words: 'Bits', title: 'Bits per second: frames without CRC, preamble and gap' },
  { measure: 'dropPps', words: 'Drops', title: 'Packets per second that found the receive ring full' },
];

export function RateView({ topology }: { readonly topology: Topology }) {
  const [measure, setMeasure] = useState<Measure>('pps');
  const [withGhost, setWithGhost] = useState(true);
  const [timeWindow, setTimeWindow] = useState<TimeWindow>(LIVE);
  const [has, setHas] = useState({ history: false, ghost: false });
  const selectedLink = useNavigation((view) => view.linkId);
  const host = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const session = useRef<ChartSession>(undefined);
  const choice = { measure, withGhost, selectedLink };
  const firstChoice = useRef(choice);
  const unit = measure === 'bps' ? 'bps' : 'pps';
  const unitNow = useRef(unit);
  unitNow.current = unit;

  useEffect(() => {
    if (host.current === null) return;
    const chart = new ChartSession(host.current, topology, firstChoice.current, {
      onWindow: setTimeWindow,
      onHistory: (history, ghost) =>
        setHas((before) =>
          before.history === history && before.ghost === ghost ? before : { history, ghost },
        ),
      onValues: (values, hovered) => writeLegend(legend.current, values, unitNow.current, hovered),
    });
    session.current = chart;
    const observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      if (width > 0 && height > 0) chart.resize(width, height);
    });
    observer.observe(host.current);
    return () => {
      observer.disconnect();
      chart.dispose();
    };
  }, [topology]);

  useEffect(
    () => session.current?.choose({ measure, withGhost, selectedLink }),
    [measure, withGhost, selectedLink],
  );
  useThemeChange(useCallback(() => session.current?.restyle(), []));
  useChartGestures(host, session);

  return (
    <>
      <header className="rates-bar">
        <Measures chosen={measure} onChoose={setMeasure} />
        {has.ghost && (
          <label className="rates-ghost" title="Draws the run before, from the same start, behind this one">
            <input
              type="checkbox"
              checked={withGhost}
              onChange={(event) => setWithGhost(event.target.checked)}
            />
            run before
          </label>
        )}
        <LiveButton timeWindow={timeWindow} onLive={() => session.current?.goLive()} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keys that move through time need it. */}
      <div
        className="rates-chart"
        ref={host}
        data-empty={!has.history}
        tabIndex={0}
        role="group"
        aria-label="Chart: arrows move in time, plus and minus zoom, End is live"
      >
        {!has.history && <Teaching />}
      </div>
      <RateLegend
        ref={legend}
        topology={topology}
        selectedLink={selectedLink}
        onSelect={navigation.showLink}
      />
    </>
  );
}

function Measures({
  chosen,
  onChoose,
}: {
  readonly chosen: Measure;
  readonly onChoose: (measure: Measure) => void;
}) {
  return (
    <div className="rates-measures" role="radiogroup" aria-label="What the chart shows">
      {MEASURES.map(({ measure, words, title }) => (
        <label key={measure} title={title} data-chosen={measure === chosen}>
          <input
            type="radio"
            name="measure"
            checked={measure === chosen}
            onChange={() => onChoose(measure)}
          />
          {words}
        </label>
      ))}
    </div>
  );
}

function LiveButton({
  timeWindow,
  onLive,
}: {
  readonly timeWindow: TimeWindow;
  readonly onLive: () => void;
}) {
  const isLive = timeWindow.endMs === undefined;
  const span = `${Math.round(timeWindow.spanMs / 1000)} s`;
  return (
    <button
      type="button"
      className="rates-live"
      data-live={isLive}
      onClick={onLive}
      title="Back to now, a minute in view (End)"
    >
      <span className="rates-live-mark" aria-hidden="true" />
      {isLive ? `live, ${span}` : 'back to live'}
    </button>
  );
}

function Teaching() {
  return (
    <div className="empty-state rates-teaching">
      <p>Packets, bits and drops per second of every link, ten times a second</p>
      <p>
        <kbd className="kbd">Ctrl+Enter</kbd> starts the run
      </p>
    </div>
  );
}

/** Ten times a second, and with every move of the pointer: straight into the elements. */
function writeLegend(
  legend: HTMLElement | null,
  values: readonly (number | null)[],
  unit: string,
  hovered: boolean,
): void {
  if (legend === null) return;
  legend.dataset['hovered'] = String(hovered);
  for (const [index, cell] of legend.querySelectorAll('[data-value]').entries()) {
    const value = values[index];
    cell.textContent = value === null || value === undefined ? '–' : fixedQuantityText(value, unit);
  }
}
