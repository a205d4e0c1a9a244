// SPDX-License-Identifier: BSD-2-Clause
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run, sh, until } from '../../contract/inside.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import type { DockerDriver } from '../driver.ts';
import { freshDriver, type Ground } from './ground.ts';

const limits = DEFAULT_LIMITS;
const VETH = { name: 'veth0', address: '10.8.0.1/24', peer: { name: 'eth0', address: '10.8.0.2/24' } };

/** CAP_NET_ADMIN and CAP_NET_RAW. */
const OVER_ITS_INTERFACES = '0000000000003000';
const NONE = '0000000000000000';

function newDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Of the process whose folder in /proc that is. */
function statusOf(process: string): Readonly<Record<string, string>> {
  const lines = readFileSync(`${process}/status`, 'utf8').split('\n');
  return Object.fromEntries(lines.map((line) => line.split(':').map((part) => part.trim())));
}

/** As `bubblewrap/interfaces.test.ts`, of containers. */
export function containerInterfaces(ground: Ground): void {
  describe('interfaces of a container', () => {
    test('lead to its neighbor and nowhere else, through netmap too, and give no right over namespaces', async () => {
      const driver = freshDriver(ground);
      await using sandbox = await driver.create({ id: 'nic', limits, interfaces: [VETH] });
      const knock = (host: string) => sh(sandbox, `bash -c ': < /dev/tcp/${host}/9'`);
      expect((await knock('10.8.0.2')).err).toContain('Connection refused');
      expect((await knock('192.0.2.1')).err).toContain('Network is unreachable');
      const inside = await run(sandbox, ['ip', '-brief', 'address'], { namespace: 'container' });
      expect(inside.out).toMatch(/^eth0\S* +\S+ +10\.8\.0\.2\/24/m);

      expect(await run(sandbox, ['ping', '-c', '1', '-W', '9', '10.8.0.2'])).toMatchObject({
        exit: { code: 0 },
      });
      const sent = await run(sandbox, ['pkt-gen', '-i', 'netmap:veth0', '-f', 'tx', '-n', '1000']);
      expect(sent.exit.code, sent.err).toBe(0);
      const counted = await run(sandbox, ['ip', '-s', 'link', 'show', 'eth0'], { namespace: 'container' });
      expect(counted.out).toMatch(/RX:[^\n]*\n +\d+ +1\d\d\d /);
      expect((await knock('10.8.0.2')).err, 'the stack has its device back').toContain('Connection refused');

      expect((await sh(sandbox, 'ip link set veth0 mtu 1400')).exit.code).toBe(0);
      for (const script of [
        'unshare -n true',
        'unshare -Ur true',
        'nsenter -t 1 -n true',
        'mount -t tmpfs none /tmp',
        'mknod /tmp/disk b 254 0',
      ])
        expect((await sh(sandbox, script)).exit.code, script).not.toBe(0);
      const { out } = await sh(
        sandbox,
        "id -un; grep -h '^Cap[PEB]' /proc/self/status; echo $(lsns -t user -n | wc -l)",
      );
      expect(out).toMatch(/^attendee\n/);
      expect(out.match(/[0-9a-f]{16}/g)).toEqual([OVER_ITS_INTERFACES, OVER_ITS_INTERFACES, NONE]);
    });

    test('leave nobody in it what he could be given', async () => {
      const driver = freshDriver(ground);
      await using sandbox = await driver.create({ id: 'bounded', limits, interfaces: [VETH] });
      await sandbox.exec(['sleep', '1000'], { pty: { cols: 80, rows: 24 } });
      const statuses = () =>
        ground
          .daemon()
          .processes()
          .map(statusOf)
          .filter(({ Name = '' }) => ['ringlab-agent', 'sleep'].includes(Name));
      await until(() => statuses().some(({ Name }) => Name === 'sleep'), 'the program running');
      const inside = statuses();
      // The agent, what connects the server to it, the program and who supervises it; filters are Docker's and the agent's.
      expect(inside.map(({ Name }) => Name).sort()).toEqual([...Array(3).fill('ringlab-agent'), 'sleep']);
      for (const { Name, CapBnd, CapEff, NoNewPrivs, Seccomp } of inside)
        expect({ CapBnd, CapEff, NoNewPrivs, Seccomp }, Name).toEqual({
          CapBnd: NONE,
          CapEff: Name === 'sleep' ? OVER_ITS_INTERFACES : NONE,
          NoNewPrivs: '1',
          Seccomp: '2',
        });
    });

    describe('where the device of the stack is for root alone', () => {
      const device = () => {
        const folder = mkdtempSync(join(tmpdir(), 'ringlab-tun-'));
        onTestFinished(() => rmSync(folder, { recursive: true }));
        execFileSync('mknod', ['--mode', '600', join(folder, 'tun'), 'c', '10', '200']);
        return { folder, tunDevice: join(folder, 'tun') };
      };
      const modeOfTun = async (driver: DockerDriver) => {
        await using sandbox = await driver.create({ id: 'tun', limits, interfaces: [VETH] });
        return (await sh(sandbox, 'stat -c %a /dev/net/tun')).out.trim();
      };

      test('programs are given one that they can open, and the daemon sees it', async () => {
        const driver = freshDriver(ground, { tunDevice: device().tunDevice });
        expect(await driver.probe()).toMatchObject({ message: expect.stringMatching(/\w\.$/) });
        expect(await modeOfTun(driver)).toBe('666');
      });

      test('and the daemon does not see that, it says so, and what it has is given', async () => {
        const dataDir = newDataDir();
        const { tunDevice } = device();
        ground.daemon().hide(dataDir);
        const driver = freshDriver(ground, { dataDir, tunDevice });
        expect(await driver.probe()).toMatchObject({
          usable: true,
          message: expect.stringMatching(
            new RegExp(`does not see ${dataDir}/tun, .*: chmod 0666 ${tunDevice}$`),
          ),
        });
        expect(await modeOfTun(driver)).toBe('600');
      });

      test('and the daemon sees none at all, it says so, and sandboxes work without', async () => {
        const dataDir = newDataDir();
        const { folder, tunDevice } = device();
        for (const hidden of [dataDir, folder]) ground.daemon().hide(hidden);
        const driver = freshDriver(ground, { dataDir, tunDevice });
        expect(await driver.probe()).toMatchObject({
          usable: true,
          message: expect.stringMatching(new RegExp(`sees no ${tunDevice}\\. .*: modprobe tun$`)),
        });
        expect(await modeOfTun(driver)).toBe('');
      });
    });

    test('that cannot be made are refused, in words', async () => {
      const driver = freshDriver(ground);
      const interfaces = [{ ...VETH, name: 'a/b' }];
      await expect(driver.create({ id: 'wrong', limits, interfaces })).rejects.toThrow(
        /interfaces cannot be made.*RINGLAB_DRIVER=bubblewrap/,
      );
    });
  });
}
