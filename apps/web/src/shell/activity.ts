// SPDX-License-Identifier: BSD-2-Clause
/** Run and Check as the header shows them: at once when pressed, and then as the server tells. */
import type { CheckRunState, RunState } from '@ringlab/protocol';
import { create } from 'zustand';
import { actions, navigation, useAppState } from '../api/index.ts';
import { attempt } from './problem.ts';

/** Pressed, and not answered yet. */
const usePressed = create<{ run: boolean; check: boolean }>()(() => ({ run: false, check: false }));

export async function pressRun(): Promise<void> {
  usePressed.setState({ run: true });
  navigation.showPanel('terminals', false);
  await attempt(() => actions.startRun());
  usePressed.setState({ run: false });
}

export async function pressCheck(): Promise<void> {
  usePressed.setState({ check: true });
  navigation.showPanel('checks', false);
  await attempt(() => actions.startCheck());
  usePressed.setState({ check: false });
}

export interface RunActivity {
  readonly active: boolean;
  readonly words: string;
  /** With `running`: since when. */
  readonly sinceMs?: number;
  readonly tone: 'quiet' | 'busy' | 'live' | 'bad';
}

export function useRunActivity(): RunActivity {
  const pressed = usePressed(({ run }) => run);
  const run = useAppState(({ workspace }) => workspace?.run);
  return pressed && !isActive(run) ? { active: true, words: 'Saving', tone: 'busy' } : runActivity(run);
}

export function isActive(run: RunState | undefined): boolean {
  return run !== undefined && run.phase !== 'ended';
}

function runActivity(run: RunState | undefined): RunActivity {
  if (run === undefined) return { active: false, words: 'Not run yet', tone: 'quiet' };
  switch (run.phase) {
    case 'queued':
      return { active: true, words: `Waiting in line, place ${run.queuePosition ?? '?'}`, tone: 'busy' };
    case 'preparing':
      return { active: true, words: 'Preparing a sandbox', tone: 'busy' };
    case 'building':
      return { active: true, words: 'Building', tone: 'busy' };
    case 'running':
      return { active: true, words: 'Running', sinceMs: run.startedAtMs, tone: 'live' };
    case 'stopping':
      return { active: true, words: 'Stopping', tone: 'busy' };
    case 'ended':
      return { active: false, ...endWords(run) };
  }
}

function endWords({ outcome, diagnostics }: RunState): Pick<RunActivity, 'words' | 'tone'> {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  switch (outcome) {
    case 'build-failed':
      return { words: `Build failed${errors > 0 ? `, ${countWords(errors, 'error')}` : ''}`, tone: 'bad' };
    case 'failed':
      return { words: 'Run failed', tone: 'bad' };
    case 'limit':
      return { words: 'Ended by a limit', tone: 'bad' };
    case 'server-restarted':
      return { words: 'Ended: the server restarted', tone: 'bad' };
    case 'finished':
      return { words: 'Finished', tone: 'quiet' };
    case 'stopped':
    case undefined:
      return { words: 'Stopped', tone: 'quiet' };
  }
}

function countWords(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

export function useCheckActivity(): { active: boolean; words: string } {
  const pressed = usePressed(({ check }) => check);
  const check = useAppState(({ workspace }) => workspace?.check);
  const active = pressed || (check !== undefined && check.phase !== 'ended');
  return { active, words: active ? checkWords(check) : 'Check' };
}

function checkWords(check: CheckRunState | undefined): string {
  if (check?.phase === 'building') return 'Building';
  if (check?.phase !== 'checking') return 'Preparing';
  const judged = check.results.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
  return `Checking ${judged}/${check.results.length}`;
}
