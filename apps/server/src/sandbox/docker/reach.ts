// SPDX-License-Identifier: BSD-2-Clause
import { SandboxError } from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import { Carrier } from '../agent/carrier.ts';
import { Control } from '../agent/control.ts';
import { AGENT, environmentOf } from '../agent/inside.ts';
import { AgentSandbox } from '../agent/sandbox.ts';
import type { SandboxSpec } from '../driver.ts';
import type { Daemon } from './daemon.ts';
import { StdoutOnly } from './raw-stream.ts';

/**
 * The sandbox in a running container. One `docker exec` carries everything between the server and its agent: an exec for
 * each program would cost each program what starting a container's process costs. Its user is root, without any
 * capability: no program of the sandbox may signal or read it. Rejects when the agent does not answer.
 */
export async function reachSandbox(
  daemon: Daemon,
  containerId: string,
  spec: SandboxSpec & { readonly engine: EngineName },
  onGone: () => void,
): Promise<AgentSandbox> {
  await using undo = new AsyncDisposableStack();
  undo.defer(onGone);
  // One that cannot be removed now, because the daemon is away, is removed when it is back.
  undo.defer(() => daemon.removeContainer(containerId).catch(() => undefined));
  const stream = await daemon.attach(containerId, [`${AGENT}/ringlab-agent`, 'carry']);
  const stdout = StdoutOnly.of(stream);
  let lost: (() => void) | undefined;
  const carrier = undo.use(new Carrier({ from: stdout, to: stream }, () => lost?.()));
  const dial = () => carrier.open();
  const control = undo.use(await Control.open(dial).catch((fault) => explain(fault, stdout)));
  const made = undo.move();
  const sandbox = new AgentSandbox({
    ...spec,
    ...{ control, dial, counts: undefined },
    environment: environmentOf(spec.engine),
    lostWords: () => lostWords(daemon),
    dismantle: () => made.disposeAsync(),
  });
  lost = () => setImmediate(() => void sandbox[Symbol.asyncDispose]());
  return sandbox;
}

function explain(fault: unknown, stdout: StdoutOnly): never {
  if (stdout.errors === '') throw fault;
  throw new SandboxError(`The container does not answer: ${stdout.errors}`);
}

async function lostWords(daemon: Daemon): Promise<string> {
  if (!(await daemon.answers())) return `stopped. ${daemon.wentAway()}`;
  return 'stopped: its container was ended from outside';
}
