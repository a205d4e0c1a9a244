// SPDX-License-Identifier: BSD-2-Clause
import type { Sandbox, SandboxInterface } from '@ringlab/labkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run, sh } from '../contract/inside.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { testDriver } from './test-folders.ts';

const VETH: SandboxInterface = {
  name: 'veth0',
  address: '10.8.0.1/24',
  peer: { name: 'eth0', address: '10.8.0.2/24' },
};

const driver = testDriver();

async function sandboxWith(interfaces: readonly SandboxInterface[]): Promise<Sandbox> {
  const sandbox = await driver().create({ id: 'interfaces', limits: DEFAULT_LIMITS, interfaces });
  onTestFinished(async () => sandbox[Symbol.asyncDispose]());
  return sandbox;
}

describe('interfaces of a sandbox', () => {
  test('the container answers, and sees its own end', async () => {
    const sandbox = await sandboxWith([VETH]);
    expect((await run(sandbox, ['ping', '-c', '2', '-W', '5', '10.8.0.2'])).out).toContain(' 2 received');
    const inside = await run(sandbox, ['ip', '-brief', 'address'], { namespace: 'container' });
    expect(inside.out).toMatch(/^eth0\S* +UP +10\.8\.0\.2\/24/m);
    const here = await run(sandbox, ['ip', '-brief', 'address']);
    expect(here.out).toMatch(/^veth0\S* +UP +10\.8\.0\.1\/24/m);
  });

  test('netmap opens them, and the host stack has its device back', async () => {
    const sandbox = await sandboxWith([VETH]);
    const sent = await run(sandbox, ['pkt-gen', '-i', 'netmap:veth0', '-f', 'tx', '-n', '1000']);
    expect(sent.exit.code).toBe(0);
    const counted = await run(sandbox, ['ip', '-s', 'link', 'show', 'eth0'], { namespace: 'container' });
    expect(counted.out).toMatch(/RX:[^\n]*\n +\d+ +1\d\d\d /);
    expect((await run(sandbox, ['ping', '-c', '1', '-W', '5', '10.8.0.2'])).exit.code).toBe(0);
  });

  test('a program that bridges one with its host rings is in the way of ping, and out of it when killed', async () => {
    const sandbox = await sandboxWith([VETH]);
    const script = `
      bridge -w 0 -i netmap:veth0 -i netmap:veth0^ >/dev/null 2>&1 & bridge=$!
      until nmstat --json | grep -q '"name":"veth0".*"users":2'; do sleep 0.05; done
      ping -c 3 -W 5 10.8.0.2
      nmstat
      kill -9 $bridge; wait $bridge
      ping -c 1 -W 5 10.8.0.2 && echo given back`;
    const { out } = await sh(sandbox, script);
    expect(out).toContain(' 3 received');
    expect(out).toContain('stack by nftables');
    expect(out).toContain('given back');
  });

  test('programs have rights over interfaces, and none over namespaces', async () => {
    const sandbox = await sandboxWith([VETH]);
    expect((await sh(sandbox, 'ip link set veth0 mtu 1400')).exit.code).toBe(0);
    for (const script of [
      'unshare -n true',
      'nsenter -t 1 -n true',
      'mount -t tmpfs none /mnt',
      'nsenter -t 1 -m true',
    ]) {
      expect((await sh(sandbox, script)).exit.code, script).not.toBe(0);
    }
    const { out } = await sh(sandbox, "grep -h '^Cap[PEB]' /proc/self/status");
    expect(out.match(/[0-9a-f]{16}/g)).toEqual(['0000000000003000', '0000000000003000', '0000000000000000']);
  });

  test('without them there is no device and no right', async () => {
    const sandbox = await sandboxWith([]);
    expect((await run(sandbox, ['ip', '-brief', 'link'])).out.trim().split('\n')).toHaveLength(1);
    expect((await sh(sandbox, 'ip link add v type dummy')).exit.code).not.toBe(0);
  });

  test('a name that no interface can have is told', async () => {
    const wrong = { ...VETH, name: 'a/b' };
    await expect(sandboxWith([wrong])).rejects.toThrow(/interfaces cannot be made|bubblewrap could not/);
  });
});
