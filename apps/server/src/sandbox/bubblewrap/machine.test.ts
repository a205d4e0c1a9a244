// SPDX-License-Identifier: BSD-2-Clause
import { chmodSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freshSandbox, until } from '../contract/inside.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { BubblewrapDriver } from './driver.ts';
import { Holder } from './holder.ts';
import { explainFailure } from './mending.ts';
import { testOptions } from './test-folders.ts';

/** What this driver promises beyond the contract. */
describe('bubblewrap on this machine', () => {
  const options = testOptions();
  const driver = new BubblewrapDriver(options);
  const getDriver = () => driver;
  beforeAll(async () => void (await driver.probe()));
  afterAll(async () => {
    await driver[Symbol.asyncDispose]();
    options[Symbol.dispose]();
  });

  test('gives each sandbox a user of its own outside, never root', async () => {
    const outside = async (mark: string) => {
      const sandbox = await freshSandbox(getDriver);
      await sandbox.exec(['sleep', mark]);
      await until(() => uidOf(mark) >= 0, `sleep ${mark} being seen from outside`);
      return uidOf(mark);
    };
    const [one, two] = [await outside('31111'), await outside('31112')];
    const own = process.getuid?.() ?? -1;
    if (own === 0) expect([one === 0, two === 0, one === two]).toEqual([false, false, false]);
    else expect([one, two]).toEqual([own, own]);
  });

  test('says which command installs bubblewrap, where it is missing', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'ringlab-bin-'));
    chmodSync(bin, 0o755);
    for (const tool of ['cc', 'as', 'ld', 'collect2']) symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
    const path = process.env.PATH;
    process.env.PATH = bin;
    onTestFinished(() => {
      process.env.PATH = path;
    });
    using own = testOptions();
    await using poor = new BubblewrapDriver(own);
    expect(await poor.probe()).toEqual({
      usable: false,
      message: 'bubblewrap is not installed. Install it: apt-get install bubblewrap',
    });
    process.env.PATH = '/nonexistent';
    using other = testOptions();
    await using poorer = new BubblewrapDriver(other);
    expect((await poorer.probe()).message).toBe(
      'There is no C compiler. Install one: apt-get install gcc libc6-dev',
    );
  });

  test('explains what bwrap printed', async () => {
    expect((await explainFailure('bwrap: setting up uid map: Permission denied\n')).message).toMatch(
      /does not let bubblewrap|forbids user namespaces/,
    );
    expect((await explainFailure('')).message).toBe(
      'bubblewrap could not make a sandbox: it ended without a word',
    );
  });

  test('says that time is what was lacking, when nothing comes of what it waits for', async () => {
    await using holder = await Holder.start('sh', ['-c', 'echo; exec sleep 60']);
    await expect(holder.whileItLives(new Promise(() => {}), 100)).rejects.toThrow(
      'bubblewrap could not make a sandbox: it did not answer within 0.1 s; this machine is too slow, or too busy, for sandboxes',
    );
  });

  test('makes one in well under a second', async () => {
    const startMs = performance.now();
    await using _ = await driver.create({ id: 'quick', limits: DEFAULT_LIMITS });
    expect(performance.now() - startMs).toBeLessThan(500);
  });
});

/** The sandboxes' processes are visible from outside, under the user they have there. */
function uidOf(sleepMark: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== `sleep\0${sleepMark}\0`) continue;
      return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    } catch {
      // It ended meanwhile.
    }
  }
  return -1;
}
