// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, test } from 'vitest';
import { run, sh } from '../../contract/inside.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { freshDriver, type Ground } from './ground.ts';

const limits = DEFAULT_LIMITS;
const VETH = { name: 'veth0', address: '10.8.0.1/24', peer: { name: 'eth0', address: '10.8.0.2/24' } };

/** As `bubblewrap/interfaces.test.ts`, of containers, whose system has no ping. */
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
        "id -un; grep -h '^Cap[PE]' /proc/self/status; echo $(lsns -t user -n | wc -l)",
      );
      expect(out).toMatch(/^attendee\n/);
      expect(out.match(/[0-9a-f]{16}/g)).toEqual(['0000000000003000', '0000000000003000']);
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
