// SPDX-License-Identifier: BSD-2-Clause
import { Control } from '../agent/control.ts';
import { environmentOf } from '../agent/inside.ts';
import { AgentSandbox } from '../agent/sandbox.ts';
import type { SandboxSpec } from '../driver.ts';
import type { Made } from './maker.ts';

/**
 * The sandbox that is in a machine, which ends with it; `machineInWords` is for whom it ended on. `onGone` is called when
 * it was disposed of. Rejects with SandboxError, and then the machine has ended.
 */
export async function sandboxIn(
  made: Made,
  spec: Pick<SandboxSpec, 'id' | 'limits'>,
  machineInWords: string,
  onGone: () => void,
): Promise<AgentSandbox> {
  await using undo = new AsyncDisposableStack();
  undo.use(made);
  const { dial, engine } = made;
  const control = undo.use(await made.machine.whileItLives(Control.open(dial)));
  const all = undo.move();
  return new AgentSandbox({
    ...spec,
    ...{ engine, control, dial, counts: undefined },
    environment: environmentOf(engine),
    lostWords: async () => `stopped: ${machineInWords} ${await made.machine.howItEnded()}`,
    dismantle: () => all.disposeAsync().finally(onGone),
  });
}
