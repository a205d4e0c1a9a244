// SPDX-License-Identifier: BSD-2-Clause
import { CircleCheck, Play, RotateCw, Square } from 'lucide-react';
import { useEffect, useState } from 'react';
import { actions, useAppState } from '../../api/index.ts';
import { pressCheck, pressRun, type RunActivity, useCheckActivity, useRunActivity } from '../activity.ts';
import { commandKeys } from '../commands.ts';
import { attempt } from '../problem.ts';

export function RunControls() {
  const run = useRunActivity();
  const check = useCheckActivity();
  const usable = useAppState(({ sandbox }) => sandbox?.usable ?? true);
  const online = useAppState(({ connection }) => connection === 'online');
  const canStart = usable && online;
  return (
    <div className="run-controls">
      <button
        type="button"
        className="button primary"
        disabled={!canStart || run.words === 'Saving'}
        title={`Build and run (${commandKeys('run')})`}
        onClick={pressRun}
      >
        {run.active ? <RotateCw size={14} /> : <Play size={14} />}
        {run.active ? 'Run again' : 'Run'}
      </button>
      <button
        type="button"
        className="button"
        disabled={!run.active || !online}
        title={`Stop (${commandKeys('stop')})`}
        onClick={() => attempt(() => actions.stopRun())}
      >
        <Square size={12} />
        Stop
      </button>
      <button
        type="button"
        className="button check-button"
        disabled={!canStart || check.active}
        title={`Check your program in a sandbox of its own (${commandKeys('check')})`}
        onClick={pressCheck}
      >
        <CircleCheck size={14} className={check.active ? 'busy' : undefined} />
        {check.words}
      </button>
      <RunStatus activity={run} />
    </div>
  );
}

function RunStatus({ activity: { words, tone, sinceMs } }: { readonly activity: RunActivity }) {
  return (
    <span className={`run-status ${tone}`} role="status" data-testid="run-status">
      <span className="run-status-mark" aria-hidden="true" />
      <span>
        {words}
        {sinceMs !== undefined && <Elapsed sinceMs={sinceMs} />}
      </span>
    </span>
  );
}

function Elapsed({ sinceMs }: { readonly sinceMs: number }) {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return <span className="numbers"> {clock}</span>;
}
