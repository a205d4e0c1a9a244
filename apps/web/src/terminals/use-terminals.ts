// SPDX-License-Identifier: BSD-2-Clause
import type { TerminalInfo } from '@ringlab/protocol';
import { useEffect, useMemo, useRef } from 'react';
import { navigation, useAppState, useNavigation } from '../api/index.ts';
import { orderTerminals } from './terminal-order.ts';

const NO_TERMINALS: readonly TerminalInfo[] = [];

/** All terminals in the order of their tabs, and the one that is seen: the chosen one, or the first when that is gone. */
export function useTerminals() {
  const listed = useAppState(({ workspace }) => workspace?.terminals) ?? NO_TERMINALS;
  const readOnly = useAppState(({ workspace }) => workspace?.readOnly ?? true);
  const chosenId = useNavigation((view) => view.terminalId);
  const terminals = useMemo(() => orderTerminals(listed), [listed]);
  const active = terminals.find(({ terminalId }) => terminalId === chosenId) ?? terminals[0];
  return { terminals, active, readOnly };
}

/** The virtual machines that the lab's picture shows. */
export function useMachines(): readonly string[] {
  const nodes = useAppState(({ workspace }) => workspace?.lab.topology.nodes);
  return useMemo(() => [...new Set(nodes?.flatMap(({ machine }) => machine ?? []))], [nodes]);
}

/** Shows the build when a run starts, and the attendee's program when it starts, unless they look elsewhere by then. */
export function useFollowRun(): void {
  const chosenId = useNavigation((view) => view.terminalId);
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
