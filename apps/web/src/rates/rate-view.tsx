// SPDX-License-Identifier: BSD-2-Clause
import type { Topology } from '@ringlab/protocol';
import { useRef, useState } from 'react';
import { navigation, useAppState, useNavigation } from '../api/index.ts';
import { fixedQuantityText } from '../units/quantity.ts';
import type { Measure } from './link-history.ts';
import { RateLegend } from './rate-legend.tsx';
import type { TimeWindow } from './time-window.ts';
import { useChartGestures } from './use-chart-gestures.ts';
import { useChartSession } from './use-chart-session.ts';

const MEASURES: readonly { readonly measure: Measure; readonly words: string; readonly title: string }[] = [
  { measure: 'pps', words: 'Packets', title: 'Packets per second' },
  { measure: 'bps', words: 'Bits', title: 'Bits per second: frames without CRC, preamble and gap' },
  { measure: 'dropPps', words: 'Drops', title: 'Packets per second that found the receive ring full' },
];

const KEYS_WORDS = 'Chart: arrow keys move in time, plus and minus zoom, End is live';

export function RateView({ topology }: { readonly topology: Topology }) {
  const [measure, setMeasure] = useState<Measure>('pps');
  const [withGhost, setWithGhost] = useState(true);
  const selectedLink = useNavigation((view) => view.linkId);
  const host = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const unit = measure === 'bps' ? 'bps' : 'pps';
  const runId = useAppState(({ workspace }) =>
    workspace?.run?.phase === 'ended' ? undefined : workspace?.run?.runId,
  );
  const choice = { measure, withGhost, selectedLink, runId };
  const chart = useChartSession(host, topology, choice, (values, hovered) =>
    writeLegend(legend.current, values, unit, hovered),
  );
  useChartGestures(host, chart.session);

  return (
    <>
      <header className="rates-bar">
        <Measures chosen={measure} onChoose={setMeasure} />
        {chart.hasGhost && <GhostSwitch isOn={withGhost} onSwitch={setWithGhost} />}
        <LiveButton timeWindow={chart.timeWindow} onLive={() => chart.session.current?.goLive()} />
      </header>
      <div
        className="rates-chart"
        ref={host}
        data-empty={!chart.hasHistory}
        role="application"
        aria-label={KEYS_WORDS}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys move through time, as its label says.
        tabIndex={0}
      >
        {!chart.hasHistory && <Teaching />}
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

interface GhostSwitchProps {
  readonly isOn: boolean;
  readonly onSwitch: (isOn: boolean) => void;
}

function GhostSwitch({ isOn, onSwitch }: GhostSwitchProps) {
  return (
    <label className="rates-ghost" title="Draws the run before, from the same start, behind this one">
      <input type="checkbox" checked={isOn} onChange={(event) => onSwitch(event.target.checked)} />
      <span className="rates-ghost-words">run before</span>
    </label>
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
  const isRunning = useAppState(
    ({ workspace }) => workspace?.run !== undefined && workspace.run.phase !== 'ended',
  );
  const isLive = timeWindow.endMs === undefined;
  const span = spanText(timeWindow.spanMs);
  return (
    <button
      type="button"
      className="rates-live"
      data-live={isLive}
      data-running={isRunning}
      onClick={onLive}
      title="Back to the newest reading, a minute in view (End)"
    >
      <span className="rates-live-mark" aria-hidden="true" />
      {isLive ? `${isRunning ? 'live' : 'latest'}, ${span}` : 'back to live'}
    </button>
  );
}

function spanText(spanMs: number): string {
  return spanMs < 120_000 ? `${Math.round(spanMs / 1000)} s` : `${(spanMs / 60_000).toFixed(1)} min`;
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
  legend.dataset.hovered = String(hovered);
  for (const [index, cell] of legend.querySelectorAll('[data-value]').entries()) {
    const value = values[index];
    cell.textContent = value === null || value === undefined ? '–' : fixedQuantityText(value, unit);
  }
}
