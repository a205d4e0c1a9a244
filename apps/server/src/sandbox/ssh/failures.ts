// SPDX-License-Identifier: BSD-2-Clause

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cyclesOr, tellCounts } from '../contract/cycles.ts';
import { readUntil, sh, until } from '../contract/inside.ts';
import { NoSeat } from '../driver.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { newKeyPair } from '../over-ssh/keys.ts';
import { SshLink } from '../over-ssh/link.ts';
import { SshDriver, type SshOptions } from './driver.ts';
import { FULL_USER, IMPATIENT_USER, type TestHost } from './test-host.ts';
import { tracesOn } from './traces.ts';

const limits = DEFAULT_LIMITS;
const CYCLES = cyclesOr(6);

/** What only hosts that are not ours can get wrong. */
export function sshFailures(host: TestHost): void {
  const message = async (changed: Partial<SshOptions>): Promise<string> => {
    await using driver = new SshDriver({ ...host.options(), ...changed });
    return (await driver.probe()).message;
  };
  const written = (name: string, text: string): string => {
    const path = join(host.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const left = () => tracesOn(host);
  const one = () => host.options().sshHosts.slice(0, 1);

  describe('a host', () => {
    test('is one at a time, and finds nothing of who was there before', async () => {
      await using driver = new SshDriver({ ...host.options(), sshHosts: one() });
      const first = await driver.create({ id: 'first', limits });
      await first.put([{ path: 'secret', content: 'mine' }]);
      await sh(first, 'echo mine > /tmp/secret; echo mine > /dev/shm/secret; pkt-gen -i vale0:a -f tx -n 10');
      await expect(driver.create({ id: 'second', limits })).rejects.toThrow(
        /Every host is in use: 10\..*one attendee/,
      );
      await first[Symbol.asyncDispose]();
      await using second = await driver.create({ id: 'second', limits });
      expect((await sh(second, 'ls -A /workspace /tmp /dev/shm; nmstat --json')).out).not.toMatch(
        /secret|vale0/,
      );
    });

    test('that another server has is told to be in use, and is free when that one is done', async () => {
      await using mine = new SshDriver({ ...host.options(), sshHosts: one() });
      await using theirs = new SshDriver({ ...host.options(), sshHosts: one() });
      const sandbox = await theirs.create({ id: 'theirs', limits });
      await expect(mine.create({ id: 'mine', limits })).rejects.toThrow(
        new RegExp(
          `^10\\.\\S+ is in use by another server \\(process ${process.pid} on ${hostname()}, since 20.* UTC\\)\\.`,
        ),
      );
      await sandbox[Symbol.asyncDispose]();
      await until(() => mine.probe().then(({ usable }) => usable), 'the host being free');
    });

    test('whose key is not the pinned one, or not pinned, is not talked to', async () => {
      const other = written('other_known', `${host.address} ${newKeyPair().public}\n`);
      expect(await message({ sshKnownHosts: other })).toMatch(
        /shows another key than the one that is pinned/,
      );
      expect(await message({ sshKnownHosts: written('none_known', '') })).toMatch(
        /No key of 10\..* is pinned.*ssh-keyscan/,
      );
    });

    test('that does not accept the key says whose authorized_keys lacks it', async () => {
      expect(await message({ sshKey: written('wrong', newKeyPair().private) })).toMatch(
        /does not accept the key for one.*authorized_keys/,
      );
      expect(await message({ sshKey: '/nowhere/key' })).toMatch(/\/nowhere\/key cannot be read/);
    });

    test('that is not there, or that nobody named, is told', async () => {
      expect(await message({ sshHosts: [host.gone] })).toMatch(/cannot be reached.*port 9/);
      expect(await message({ sshHosts: [] })).toMatch(/No host is named.*RINGLAB_SSH_HOSTS/);
    });

    test.each(['first', 'last'])('that is gone is passed over where it is named %s', async (place) => {
      const sshHosts = place === 'first' ? [host.gone, ...one()] : [...one(), host.gone];
      await using driver = new SshDriver({ ...host.options(), sshHosts });
      expect(driver.seats).toBe(2);
      const { usable, message: words } = await driver.probe();
      expect(usable).toBe(true);
      expect(words).toMatch(/^ssh works: 10\.[\d.]+\. .*\n10\.[\d.]+:9 cannot be reached/);
      expect(driver.seats).toBe(1);
      await using _ = await driver.create({ id: 'only', limits });
      await expect(driver.create({ id: 'further', limits })).rejects.toThrow(NoSeat);
    });

    test('that was lost is found again, and has its seat back', async () => {
      await using driver = new SshDriver({ ...host.options(), lookAgainMs: 200 });
      await host.shutDown();
      expect(await driver.probe()).toMatchObject({
        usable: false,
        message: expect.stringContaining('cannot be reached'),
      });
      expect(driver.seats).toBe(1);
      await host.startSshd();
      await until(() => driver.seats === 2, 'both hosts being found again');
      await using _ = await driver.create({ id: 'back', limits });
    });

    test('is heard of a command that ended while this server had no time', async () => {
      const { address, login } = host;
      using link = await SshLink.open({ host: address, username: 'one', privateKey: login.private });
      for (let i = 0; i < 10; i++) {
        const running = link.run('echo quick; exit 3');
        for (let turn = 0; turn < 8; turn++) {
          await new Promise(setImmediate);
          const endMs = performance.now() + 20;
          while (performance.now() < endMs);
        }
        expect(await running).toMatchObject({ code: 3, out: 'quick\n' });
      }
    });

    test('whose disk is full says so', async () => {
      expect(await message({ sshHosts: [`${FULL_USER}@${host.address}`] })).toMatch(
        /Compiling the agent on 10\.\S+ failed: .*No space left on device/,
      );
    });

    test('that is gone in the middle of a run is told in words, and leaves nothing on it', async () => {
      const sshHosts = [`${IMPATIENT_USER}@${host.address}`];
      await using driver = new SshDriver({ ...host.options(), sshHosts, alivePeriodMs: 1000 });
      expect(await driver.probe()).toMatchObject({ usable: true });
      await until(() => host.sandboxes() === 0, 'the one that was tried ending');
      const before = left();
      const sandbox = await driver.create({ id: 'gone', limits });
      const program = await sandbox.exec(['sh', '-c', 'echo up; exec sleep 1000']);
      await readUntil(program, 'up');
      onTestFinished(() => host.plugIn());
      host.unplug();
      expect(await program.exit).toEqual({
        signal: 'SIGKILL',
        words: `stopped: the connection to ${host.address} was lost`,
        lost: true,
      });
      await expect(sandbox.exec(['true'])).rejects.toThrow('The sandbox has ended');
      host.plugIn();
      await until(() => driver.probe().then(({ usable }) => usable), 'the host being used again');
      await until(() => host.sandboxes() === 0, 'every sandbox there ending');
      await until(() => left().processes <= before.processes, 'sshd being done with every connection');
      await until(() => left().descriptors <= before.descriptors, 'descriptors being closed here');
      const { files, mounts } = left();
      expect({ files, mounts }).toEqual({ files: before.files, mounts: before.mounts });
    });

    test('on which no sandbox can be made says why, in the words of what makes it', async () => {
      await using driver = new SshDriver({ ...host.options(), sshHosts: one() });
      await (await driver.create({ id: 'whole', limits }))[Symbol.asyncDispose]();
      const etc = host.files().find((path) => path.endsWith('/etc/group')) ?? '';
      const text = readFileSync(etc);
      onTestFinished(() => writeFileSync(etc, text));
      rmSync(etc);
      const { message: words } = (await driver.probe()) as { message: string };
      expect(words).toMatch(/^10\.\S+ could not make a sandbox: bwrap: .*etc\/group: No such file/);
    });

    test(
      `whose sandboxes end has no process and no file more, and its server no descriptor, after ${CYCLES} times making one`,
      async () => {
        await using driver = new SshDriver(host.options());
        const cycle = async (id: string) => {
          await using sandbox = await driver.create({ id, limits });
          await sandbox.put([{ path: 'kept', content: 'not for long' }]);
          await sandbox.exec(['sleep', '1000']);
        };
        await cycle('first');
        await until(() => host.sandboxes() === 0, 'the first one ending');
        const before = left();
        for (let i = 0; i < CYCLES; i++) await cycle(`cycle-${i}`);
        await until(() => host.sandboxes() === 0, 'every process there ending');
        await until(() => left().processes <= before.processes, 'sshd being done with every connection');
        const after = left();
        tellCounts(`${CYCLES} sandboxes by ssh`, before, after);
        expect({ ...after, processes: before.processes }).toEqual(before);
      },
      60_000 + CYCLES * 5000,
    );
  });
}
