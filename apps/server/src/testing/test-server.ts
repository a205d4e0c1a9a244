// SPDX-License-Identifier: BSD-2-Clause
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '@ringlab/labkit';
import { type Config, readConfig } from '../config.ts';
import { availableDrivers, firstUsable } from '../sandbox/drivers.ts';
import { startServer } from '../server.ts';
import type { DriverChoice } from '../sessions/sandbox-supply.ts';
import { TestTab } from './test-tab.ts';

const NO_SANDBOX: DriverChoice = { why: 'No sandbox here: this is a test without one.' };

/** A whole server on a free port with a data folder of its own. */
export class TestServer implements AsyncDisposable {
  readonly origin: string;
  readonly courseCode: string;
  readonly instructorToken: string;
  readonly #owned: AsyncDisposableStack;

  private constructor(
    origin: string,
    courseCode: string,
    instructorToken: string,
    owned: AsyncDisposableStack,
  ) {
    this.origin = origin;
    this.courseCode = courseCode;
    this.instructorToken = instructorToken;
    this.#owned = owned;
  }

  /** Without any sandbox. */
  static async start(labs: readonly Lab[], overrides: Partial<Config> = {}): Promise<TestServer> {
    return TestServer.#start(labs, async () => NO_SANDBOX, overrides);
  }

  /** With the sandboxes of this machine. Rejects, with the reason, where there are none. */
  static async startWithSandboxes(
    labs: readonly Lab[],
    overrides: Partial<Config> = {},
  ): Promise<TestServer> {
    const choose = async (config: Config, owned: AsyncDisposableStack): Promise<DriverChoice> => {
      const choice = await chooseDriver(config, owned);
      if ('why' in choice) throw new Error(`No sandbox works here. ${choice.why}`);
      return choice;
    };
    return TestServer.#start(labs, choose, overrides);
  }

  /** As an operator starts it: where no driver works, that is what attendees are told. */
  static async startAnyhow(labs: readonly Lab[], overrides: Partial<Config>): Promise<TestServer> {
    return TestServer.#start(labs, chooseDriver, overrides);
  }

  static async #start(
    labs: readonly Lab[],
    choose: (config: Config, owned: AsyncDisposableStack) => Promise<DriverChoice>,
    overrides: Partial<Config>,
  ): Promise<TestServer> {
    await using starting = new AsyncDisposableStack();
    const dataDir = await mkdtemp(join(tmpdir(), 'ringlab-test-'));
    starting.defer(() => rm(dataDir, { recursive: true, force: true }));
    const config: Config = { ...readConfig({ RINGLAB_PORT: '0', RINGLAB_DATA_DIR: dataDir }), ...overrides };
    const choice = await choose(config, starting);
    const server = starting.use(await startServer(config, labs, choice));
    const origin = `http://127.0.0.1:${server.port}`;
    return new TestServer(origin, server.courseCode, server.instructorToken, starting.move());
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.origin + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: this.origin, ...headers },
      body: JSON.stringify(body),
    });
  }

  get(path: string, cookie = ''): Promise<Response> {
    return fetch(this.origin + path, { headers: { cookie } });
  }

  /** The cookie of a new attendee. */
  async join(name: string, cookie = ''): Promise<string> {
    return cookieOf(await this.post('/api/join', { code: this.courseCode, name }, { cookie }));
  }

  async instructor(): Promise<string> {
    return cookieOf(await this.post('/api/instructor', { token: this.instructorToken }));
  }

  tab(cookie: string, options: { tabId?: string; draws?: boolean } = {}): Promise<TestTab> {
    return TestTab.open({ origin: this.origin, cookie, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

async function chooseDriver(config: Config, owned: AsyncDisposableStack): Promise<DriverChoice> {
  return await firstUsable(availableDrivers(config).map((driver) => owned.use(driver)));
}

/** What a browser sends after this answer. */
export function cookieOf(response: Response): string {
  const pairs = response.headers.getSetCookie().map((header) => header.split(';', 1)[0] ?? '');
  return pairs.filter((pair) => !pair.endsWith('=')).join('; ');
}
