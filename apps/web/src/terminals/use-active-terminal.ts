// SPDX-License-Identifier: BSD-2-Clause
import type { TerminalInfo } from '@ringlab/protocol';
import { useEffect, useRef } from 'react';
import { navigation, useAppState, useNavigation } from '../api/index.ts';

/** The terminal that is seen: the chosen one, or the first when that is gone. It follows a run from build to program. */
export function useActiveTerminal(terminals: readonly TerminalInfo[]): TerminalInfo | undefined {
  const chosenId = useNavigation((view) => view.terminalId);
  useFollowRun(chosenId);
  return terminals.find(({ terminalId }) => terminalId === chosenId) ?? terminals[0];
}

function useFollowRun(chosenId: number | undefined): void {
  const run = useAppState(({ workspace }) => workspace?.run);
  const processes = useAppState(({ workspace }) => workspace?.lab.processes);
  const mine = processes?.find(({ attendee }) => attendee)?.name;
  const buildId = run?.phase === 'building' ? run.buildTerminalId : undefined;
  const programId = run?.processes.find(({ name }) => name === mine)?.terminalId;
  const followed = useRef<number>(undefined);

  useEffect(() => {
    if (buildId === undefined || followed.current === buildId) return;
    followed.current = buildId;
    navigation.showTerminal(buildId, false);
  }, [buildId]);

  const lastBuildId = run?.buildTerminalId;
  useEffect(() => {
    const seesBuild = chosenId === undefined || chosenId === lastBuildId;
    if (programId === undefined || followed.current === programId || !seesBuild) return;
    followed.current = programId;
    navigation.showTerminal(programId, false);
  }, [programId, chosenId, lastBuildId]);
}
