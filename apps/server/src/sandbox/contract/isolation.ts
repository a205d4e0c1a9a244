// SPDX-License-Identifier: BSD-2-Clause

import { createServer } from 'node:net';
import { SandboxError } from '@ringlab/labkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  cleanSandbox,
  compile,
  finish,
  freshSandbox,
  type GetDriver,
  run,
  sh,
  textOf,
  until,
} from './inside.ts';

/** Names the calls that the kernel answered, if only with a complaint about what was asked. */
const FORBIDDEN_CALLS = `
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#define TRY(call, ...) if (syscall(SYS_##call, __VA_ARGS__) >= 0 || errno != ENOSYS) puts(#call)
int main(void)
{
	unsigned long context = 0;
	char parameters[128] = { 0 };
	TRY(io_setup, 65000, &context);
	TRY(io_uring_setup, 8, parameters);
	TRY(add_key, "user", "probe", "x", 1, -3);
	TRY(keyctl, 0, -3, 0);
	TRY(bpf, 0, 0, 0);
	TRY(perf_event_open, 0, 0, -1, -1, 0);
	TRY(userfaultfd, 1);
	TRY(unshare, 0x10000000);
	TRY(setns, -1, 0);
	TRY(clone3, parameters, 88);
	TRY(clone, 0x10000000, 0, 0, 0, 0);
}
`;

/** What no program can reach, and what every program finds. */
export function isolationContract(driver: GetDriver): void {
  describe('a sandbox', () => {
    test('has no way to any network, not even to this machine', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      onTestFinished(() => void server.close());
      const { port } = server.address() as { port: number };
      const sandbox = await cleanSandbox(driver);
      const connect = (host: string, to: number) =>
        `bash -c ': < /dev/tcp/${host}/${to}' 2>&1 && echo REACHED`;
      expect((await sh(sandbox, connect('127.0.0.1', port))).out).toContain('Connection refused');
      expect((await sh(sandbox, connect('192.0.2.1', 80))).out).toContain('Network is unreachable');
      expect((await sh(sandbox, 'cat /proc/net/dev | tail -n +3 | cut -d: -f1 | xargs')).out).toBe('lo\n');
    });

    test('has a system that cannot be written', async () => {
      const sandbox = await cleanSandbox(driver);
      const places = [
        '/usr',
        '/usr/bin',
        '/etc',
        '/bin',
        '/lib',
        '/opt/ringlab',
        '/opt/ringlab/bin',
        '/',
        '/dev',
        '/run',
        '/var',
      ];
      const script = places.map((place) => `touch ${place}/x 2>/dev/null && echo ${place}`).join('; ');
      expect((await sh(sandbox, `${script}; mkdir -p /etc/y 2>/dev/null && echo made; true`)).out).toBe('');
    });

    test('shows no home, no other project, no device', async () => {
      const sandbox = await cleanSandbox(driver);
      const folders = ['/root', '/home', '/work', '/boot', import.meta.dirname];
      const files = [
        '/dev/kvm',
        '/dev/vda',
        '/dev/mem',
        '/etc/shadow',
        '/proc/kcore',
        '/sys/kernel/profiling',
      ];
      const look = `ls -A ${folders.join(' ')} | grep -v ':$'; cat ${files.join(' ')} /sys/class/*/*/uevent`;
      expect((await sh(sandbox, `(${look}) 2>/dev/null | head -c 1000`)).out.trim()).toBe('');
    });

    test('runs programs as a user without any privilege', async () => {
      const sandbox = await cleanSandbox(driver);
      const { out } = await sh(
        sandbox,
        'id -un; test $(id -u) -ge 1000; echo $?; grep -E "^(Cap|NoNew)" /proc/self/status | tr -s "\\t" " "',
      );
      expect(out).toBe(
        [
          'attendee',
          '0',
          ...['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((set) => `Cap${set}: 0000000000000000`),
          'NoNewPrivs: 1',
          '',
        ].join('\n'),
      );
      expect(
        (await sh(sandbox, 'mount -t tmpfs none /tmp; unshare -Ur true; chroot / true; nice -n -5 true')).err,
      ).toMatch(/mount: .*(permission denied|must be superuser)[\s\S]*unshare[\s\S]*chroot[\s\S]*nice/);
    });

    test('cannot touch its agent', async () => {
      const sandbox = await cleanSandbox(driver);
      expect(
        (
          await sh(
            sandbox,
            'kill -9 1; kill -STOP 1; cat /proc/1/environ /proc/1/mem 2>&1; ls -l /proc/1/fd 2>&1',
          )
        ).out,
      ).toMatch(/(Permission denied[\s\S]*){2}/);
      expect((await sh(sandbox, 'echo alive')).out).toBe('alive\n');
    });

    test('keeps what supervises its programs going, whoever stops it', async () => {
      const sandbox = await cleanSandbox(driver);
      const others =
        'cd /proc; for p in [0-9]*; do [ $p = 1 ] || [ $p = $$ ] || kill -STOP $p; done 2>/dev/null';
      const { out, exit } = await sh(sandbox, `${others}; echo stopped them`);
      expect({ out, code: exit.code }).toEqual({ out: 'stopped them\n', code: 0 });
      expect((await sh(sandbox, 'echo alive')).out).toBe('alive\n');
    });

    test('has no system call that takes from what the whole machine shares', async () => {
      const sandbox = await cleanSandbox(driver);
      await compile(sandbox, 'calls', FORBIDDEN_CALLS);
      expect((await run(sandbox, ['./calls'])).out).toBe('');
      expect(
        (await sh(sandbox, 'prlimit --pid 1 --nofile=0:0; prlimit --nofile=64:64 true && echo own')).out,
      ).toBe('own\n');
      expect((await sh(sandbox, 'echo alive')).out).toBe('alive\n');
    });

    test('survives a program that kills everything it can', async () => {
      const sandbox = await cleanSandbox(driver);
      const { exit } = await run(sandbox, ['sh', '-c', 'kill -9 -1']);
      expect(exit.signal).toBe('SIGKILL');
      expect((await sh(sandbox, 'echo alive; pgrep -c sh')).out).toBe('alive\n1\n');
    });

    test('builds a program with the compiler, and runs it', async () => {
      const sandbox = await cleanSandbox(driver);
      await compile(sandbox, 'hello', '#include <stdio.h>\nint main(void) { puts("hello"); return 3; }\n');
      expect(await run(sandbox, ['./hello'])).toMatchObject({ out: 'hello\n', exit: { code: 3 } });
    });

    test('has a netmap that its programs share and other sandboxes do not see', async () => {
      const [sandbox, neighbor] = [await cleanSandbox(driver), await cleanSandbox(driver)];
      const receiver = await sandbox.exec(['pkt-gen', '-i', 'vale0:b', '-f', 'rx']);
      const sender = await sandbox.exec([
        'pkt-gen',
        '-i',
        'vale0:a',
        '-f',
        'tx',
        '-n',
        '500000',
        '-R',
        '1000000',
      ]);
      const { out, err, exit } = await finish(sender);
      expect(exit.code, out + err).toBe(0);
      expect((await sh(neighbor, 'nmstat --json')).out).toMatch(/"ports":\[\]/);
      receiver.kill('SIGINT');
      const received = await finish(receiver);
      expect(Number(/Received (\d+) packets/.exec(received.out + received.err)?.[1])).toBeGreaterThan(
        100_000,
      );
      expect(received.exit.code).toBe(0);
    });

    test('answers what it uses', async () => {
      const sandbox = await freshSandbox(driver);
      await sh(sandbox, 'head -c 3000000 /dev/zero > three');
      const busy = await sandbox.exec(['sh', '-c', 'while :; do :; done']);
      await until(async () => (await sandbox.usage()).cpuMs > 50, 'processor time being counted');
      busy.kill('SIGKILL');
      await busy.exit;
      await sandbox.exec(['sleep', '100']);
      const { memoryBytes, processes, diskBytes, cpuMs } = await sandbox.usage();
      expect(processes).toBe(1);
      expect(diskBytes).toBeGreaterThanOrEqual(3_000_000);
      expect(diskBytes).toBeLessThan(4_000_000);
      expect(memoryBytes).toBeGreaterThan(3_000_000);
      expect(memoryBytes).toBeLessThan(64_000_000);
      expect(cpuMs).toBeLessThan(5000);
    });

    test('ends with everything in it, and says so afterwards', async () => {
      const sandbox = await freshSandbox(driver);
      const program = await sandbox.exec(['sh', '-c', 'echo up; exec sleep 5000']);
      const output = textOf(program.output);
      await sandbox[Symbol.asyncDispose]();
      expect(await output).toMatch(/^(up\n)?$/);
      expect((await program.exit).signal).toBe('SIGKILL');
      await expect(sandbox.exec(['true'])).rejects.toThrow(SandboxError);
      await expect(sandbox.put([{ path: 'a', content: '' }])).rejects.toThrow(SandboxError);
      await expect(sandbox.usage()).rejects.toThrow(SandboxError);
      await sandbox[Symbol.asyncDispose]();
    });
  });
}
