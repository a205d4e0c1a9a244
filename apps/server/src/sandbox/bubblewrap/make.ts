// SPDX-License-Identifier: BSD-2-Clause
import { existsSync } from 'node:fs';
import { agentArguments } from '../agent/arguments.ts';
import { Control } from '../agent/control.ts';
import { dialSocket } from '../agent/dial.ts';
import { environment, TOOLS, UNETMAP_LIBRARY } from '../agent/inside.ts';
import { AgentSandbox } from '../agent/sandbox.ts';
import type { SandboxSpec } from '../driver.ts';
import type { ControlGroups } from './cgroups.ts';
import { Holder } from './holder.ts';
import { bwrapArguments, type LayoutSources } from './layout.ts';
import type { RunFolder } from './run-folder.ts';

/** What sandboxes are made on. */
export interface Ground {
  readonly folder: RunFolder;
  readonly groups: ControlGroups | undefined;
  readonly sources: LayoutSources;
}

export interface HeldSandbox {
  readonly sandbox: AgentSandbox;
  readonly holderPid: number;
}

/**
 * Each step's undoing is kept from the moment the step is done; the sandbox's disposal runs them, last first, and
 * `onGone` at the end.
 */
export async function makeSandbox(
  spec: SandboxSpec,
  ground: Ground,
  onGone: () => void,
): Promise<HeldSandbox> {
  const { folder, groups, sources } = ground;
  await using undo = new AsyncDisposableStack();
  const slot = await folder.takeSlot();
  undo.defer(() => folder.freeSlot(slot));
  const group = await groups?.create(String(slot), spec.limits);
  undo.defer(() => group?.remove());
  const user = folder.user(slot) ?? 0;
  const bwrap = [
    'bwrap',
    ...bwrapArguments(
      sources,
      spec.limits,
      agentArguments(spec.limits, { memory: group !== undefined, processes: false }),
      spec.interfaces,
    ),
  ];
  const launch = ['launch', folder.socket(slot), user, user, ...(group?.folders ?? []), '--', ...bwrap];
  const holder = undo.use(await Holder.start(`${sources.agentFolder}/ringlab-agent`, launch.map(String)));
  await folder.remember(slot, holder.pid);
  const dial = dialSocket(folder.socket(slot));
  const control = undo.use(await holder.whileItLives(Control.open(dial)));
  const made = undo.move();
  const sandbox = new AgentSandbox({
    ...spec,
    ...{ engine: 'unetmap', control, dial, counts: group },
    environment: environment(preloads(sources)),
    dismantle: () => made.disposeAsync().finally(onGone),
  });
  return { sandbox, holderPid: holder.pid };
}

/** None before unetmap was built. */
function preloads({ toolsFolder }: LayoutSources): string[] {
  return existsSync(`${toolsFolder}/${UNETMAP_LIBRARY}`) ? [`${TOOLS}/${UNETMAP_LIBRARY}`] : [];
}
