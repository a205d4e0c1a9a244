// SPDX-License-Identifier: BSD-2-Clause
import type { RunState, SandboxStatus } from '@ringlab/protocol';
import { expect } from 'vitest';
import type { Config } from '../config.ts';
import { shellLab } from './labs.ts';
import { TestServer } from './test-server.ts';
import type { TestTab } from './test-tab.ts';

const lab = shellLab.slug;
/** A virtual machine that boots, emulated, on a machine that others use. */
const PATIENCE_MS = 120_000;

/** What a run says beside how its programs ended, when its sandbox went away. */
export const LOST =
  'The sandbox is lost, with what programs wrote in it. Your files are kept. Run again to get a new one.';

/** Somebody at the page of the shell lab: what they press, and all that their page is sent. */
export class Attendee implements Disposable {
  readonly tab: TestTab;
  #runId = '';

  private constructor(tab: TestTab) {
    this.tab = tab;
  }

  /** Whose program is up until somebody stops it. */
  static async join(server: TestServer, name: string): Promise<Attendee> {
    const tab = await server.tab(await server.join(name));
    await tab.request('workspace.open', { workspace: { lab } });
    const content = `echo ${name} is here\nexec sleep 1000\n`;
    await tab.request('file.save', { lab, path: 'main.sh', content, baseVersion: -1 });
    return new Attendee(tab);
  }

  /** What the page says of sandboxes before anything was pressed. */
  async sandbox(): Promise<SandboxStatus> {
    return (await this.tab.message('welcome')).sandbox;
  }

  async pressRun(): Promise<void> {
    this.#runId = (await this.tab.request('run.start', { lab })).runId;
  }

  /** Presses Run, and resolves when the program runs. */
  async run(): Promise<RunState> {
    await this.pressRun();
    return await this.running();
  }

  running(): Promise<RunState> {
    return this.sees(({ phase, processes: [main] }) => {
      if (phase === 'ended') throw new Error('The run ended before its program was up.');
      return phase === 'running' && main?.state === 'running';
    });
  }

  async pressStop(): Promise<RunState> {
    await this.tab.request('run.stop', { lab });
    return await this.ended();
  }

  ended(): Promise<RunState> {
    return this.sees(({ phase }) => phase === 'ended');
  }

  /** The first state of this run, of those that came or come, for which `fits` holds. */
  async sees(fits: (run: RunState) => boolean): Promise<RunState> {
    const ofThis = (run: RunState) => run.runId === this.#runId && fits(run);
    return (await this.tab.message('run', ({ run }) => ofThis(run), PATIENCE_MS)).run;
  }

  [Symbol.dispose](): void {
    this.tab[Symbol.dispose]();
  }
}

/** What the page of a server's first attendee says of its sandboxes, where there cannot be any; Run says the same. */
export async function toldToFirst(config: Partial<Config>): Promise<string> {
  await using server = await TestServer.startAnyhow([shellLab], config);
  using ada = await Attendee.join(server, 'Ada');
  const { usable, message } = await ada.sandbox();
  expect(usable).toBe(false);
  await expect(ada.pressRun()).rejects.toMatchObject({ error: { message } });
  return message;
}
