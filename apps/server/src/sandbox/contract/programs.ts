// SPDX-License-Identifier: BSD-2-Clause

import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '@ringlab/labkit';
import { describe, expect, test } from 'vitest';
import {
  cleanSandbox,
  compile,
  finish,
  type GetDriver,
  readUntil,
  run,
  sh,
  slower,
  textOf,
  until,
} from './inside.ts';

const PTY = { cols: 90, rows: 30 };

/** Starting, feeding, reading and stopping programs. */
export function programsContract(driver: GetDriver): void {
  describe('a program', () => {
    test('takes no more input than fits when it does not read', async () => {
      const sandbox = await cleanSandbox(driver);
      const program = await sandbox.exec(['sh', '-c', 'sleep 1; wc -c']);
      const mib = Buffer.alloc(1024 * 1024, 'x');
      for (let count = 0; count < 48; count++) program.write(mib);
      program.end();
      const { out } = await finish(program);
      expect(Number(out)).toBeLessThan(8 * 1024 * 1024);
    });

    test('has stdout, stderr, a working directory and an exit code', async () => {
      const sandbox = await cleanSandbox(driver);
      const { out, err, exit } = await sh(sandbox, 'pwd; echo wrong >&2; exit 7');
      expect({ out, err, code: exit.code }).toEqual({
        out: `${sandbox.workspace}\n`,
        err: 'wrong\n',
        code: 7,
      });
      expect(exit.words).toBe('exited with 7');
    });

    test('gets stdin and its end', async () => {
      const sandbox = await cleanSandbox(driver);
      const program = await sandbox.exec(['cat']);
      program.write('one\n');
      program.write(Buffer.alloc(300_000, 'x'));
      program.end();
      const { out, exit } = await finish(program);
      expect({ bytes: out.length, code: exit.code }).toEqual({ bytes: 300_004, code: 0 });
    });

    test('may end before it is given what it does not read', async () => {
      const sandbox = await cleanSandbox(driver);
      for (let count = 0; count < 10; count++) {
        const program = await sandbox.exec(['true']);
        const typing = setInterval(() => program.write('who reads this?\n'));
        const { exit } = await finish(program).finally(() => clearInterval(typing));
        expect(exit).toMatchObject({ code: 0 });
      }
    });

    test('gets its environment, and the sandbox its own', async () => {
      const sandbox = await cleanSandbox(driver);
      const env = { COURSE: 'netmap two', EMPTY: '' };
      const { out } = await sh(sandbox, 'echo "$COURSE|$EMPTY|$HOME|$LANG|$TERM|$UNETMAP_DIR"', { env });
      expect(out).toBe('netmap two||/workspace|C.UTF-8|xterm-256color|/run/unetmap\n');
      expect(await sh(sandbox, 'env').then(({ out }) => out)).not.toContain('RINGLAB_INSTRUCTOR');
    });

    test('that is not there exits with 127', async () => {
      const sandbox = await cleanSandbox(driver);
      const { err, exit } = await run(sandbox, ['no-such-program']);
      expect({ err, code: exit.code }).toEqual({ err: 'no-such-program: command not found\n', code: 127 });
    });

    test('is ended after its time, in words', async () => {
      const sandbox = await cleanSandbox(driver);
      const { exit } = await run(sandbox, ['sleep', '60'], { timeoutMs: 300 });
      expect(exit).toEqual({ signal: 'SIGKILL', words: 'stopped after 0.3 s: it had not ended by then' });
    });

    test('is killed with all its children, also those that left its session', async () => {
      const sandbox = await cleanSandbox(driver);
      const program = await sandbox.exec([
        'sh',
        '-c',
        'setsid sleep 1000 & sleep 1001 & (sleep 1002 &) ; echo up; wait',
      ]);
      await readUntil(program, 'up');
      program.kill('SIGKILL');
      expect(await program.exit).toEqual({ signal: 'SIGKILL', words: 'stopped by SIGKILL' });
      expect((await sh(sandbox, 'pgrep -c sleep')).out).toBe('0\n');
    });

    test('takes what it left in the background with it when it ends', async () => {
      const sandbox = await cleanSandbox(driver);
      const { exit } = await sh(sandbox, 'setsid sleep 1000 & exit 0');
      expect(exit.code).toBe(0);
      expect((await sh(sandbox, 'pgrep -c sleep')).out).toBe('0\n');
    });

    test.each(['SIGINT', 'SIGTERM'] as const)('sees %s, as do its children', async (signal) => {
      const sandbox = await cleanSandbox(driver);
      const name = signal.slice(3);
      const child = `trap "echo child; exit 0" ${name}; echo up; while :; do sleep 0.01; done`;
      const program = await sandbox.exec([
        'bash',
        '-c',
        `trap 'echo parent; exit 3' ${name}; bash -c '${child}'; :`,
      ]);
      await readUntil(program, 'up');
      program.kill(signal);
      expect(await textOf(program.output)).toBe('child\nparent\n');
      expect((await program.exit).code).toBe(3);
    });

    test('starts and ends in milliseconds', async () => {
      const sandbox = await cleanSandbox(driver);
      const times: number[] = [];
      for (let i = 0; i < 20; i++) {
        const startMs = performance.now();
        await run(sandbox, ['true']);
        times.push(performance.now() - startMs);
      }
      expect(times.sort((a, b) => a - b)[10]).toBeLessThan(slower(driver, 100));
    });

    test('tells how much processor time it and its children took', async () => {
      const sandbox = await cleanSandbox(driver);
      const busy = await sandbox.exec(['sh', '-c', 'sh -c "while :; do :; done"; :']);
      const idle = await sandbox.exec(['sleep', '100']);
      await until(async () => (await busy.cpuMs()) > 100, 'a tenth of a second of processor time');
      expect(await idle.cpuMs()).toBeLessThan(slower(driver, 30));
      busy.kill('SIGKILL');
      await busy.exit;
      expect(await busy.cpuMs()).toBe(0);
    });

    test('shares its processes with the other programs of its sandbox, not with other sandboxes', async () => {
      const [sandbox, neighbor] = [await cleanSandbox(driver), await cleanSandbox(driver)];
      await sandbox.exec(['sleep', '1234']);
      expect((await sh(sandbox, "pgrep -f '^sleep 1234'")).exit.code).toBe(0);
      expect((await sh(neighbor, "pgrep -f '^sleep 1234'")).exit.code).toBe(1);
    });
  });

  describe('a terminal', () => {
    test('is one, of the size that was asked for, and changes it', async () => {
      const sandbox = await cleanSandbox(driver);
      const script = 'trap "stty size; exit 0" WINCH; tty; stty size; while :; do sleep 0.01; done';
      const program = await sandbox.exec(['bash', '-c', script], { pty: PTY });
      expect(await readUntil(program, '30 90')).toMatch(/\/dev\/pts\/\d+/);
      program.resize(120, 40);
      expect(await textOf(program.output)).toContain('40 120');
    });

    test('has job control: Ctrl+C ends the job, the shell goes on; Ctrl+Z, jobs and fg work', async () => {
      const sandbox = await cleanSandbox(driver);
      const shell = await sandbox.exec(['bash', '-i'], { pty: PTY });
      const say = async (text: string, answer: string) => {
        shell.write(text);
        return readUntil(shell, answer);
      };
      await say('sleep 1000; echo "code $?"\n', 'sleep');
      await untilRuns(sandbox, 'sleep 1000');
      await say('\x03', '^C');
      shell.write('sleep 2000\n');
      await untilRuns(sandbox, 'sleep 2000');
      expect(await say('\x1a', 'Stopped')).not.toContain('no job control');
      await say('jobs; fg %1\n', 'sleep 2000');
      await untilRuns(sandbox, 'sleep 2000', 'S');
      await say('\x03echo still $((40+2))\n', 'still 42');
      shell.write('exit 5\n');
      await textOf(shell.output);
      expect((await shell.exit).code).toBe(5);
    });

    test('passes every byte of a flood in order, after the program has ended too', async () => {
      const sandbox = await cleanSandbox(driver);
      const program = await sandbox.exec(['seq', '1', '200000'], { pty: PTY });
      await sleep(500);
      const lines = (await textOf(program.output)).trimEnd().split('\r\n');
      expect(lines.length).toBe(200_000);
      expect(lines.findIndex((line, i) => line !== String(i + 1))).toBe(-1);
      expect((await program.exit).code).toBe(0);
    });

    test.each([{ pty: PTY }, {}])('stops a program whose output nobody reads: %o', async (options) => {
      const sandbox = await cleanSandbox(driver);
      const program = await sandbox.exec(['yes', 'nobody reads this'], options);
      const standsStill = async () => {
        const before = await sandbox.usage();
        await sleep(300);
        return (await sandbox.usage()).cpuMs - before.cpuMs < slower(driver, 60);
      };
      await until(standsStill, 'the program standing still');
      program.kill('SIGKILL');
      expect((await program.exit).signal).toBe('SIGKILL');
    });

    test('ends its input with end()', async () => {
      const sandbox = await cleanSandbox(driver);
      const program = await sandbox.exec(['cat'], { pty: PTY });
      program.write('last\n');
      await readUntil(program, 'last');
      program.end();
      expect((await finish(program)).exit.code).toBe(0);
    });

    test('lets gdb look into a program of another terminal', async () => {
      const sandbox = await cleanSandbox(driver);
      await compile(sandbox, 'spin', 'volatile int rounds;\nint main(void) { for (;;) rounds++; }\n');
      const program = await sandbox.exec(['./spin']);
      const gdb = 'gdb -nx -batch -p $(pgrep -x spin) -ex bt 2>&1 || test $? = 127 && echo no gdb';
      expect((await sh(sandbox, gdb)).out).toMatch(/main \(\) at spin\.c:2|no gdb|not found/);
      program.kill('SIGKILL');
    });
  });

  async function untilRuns(sandbox: Sandbox, command: string, state = 'S,R'): Promise<void> {
    const runs = async () => (await sh(sandbox, `pgrep -r ${state} -fx '${command}'`)).exit.code === 0;
    await until(runs, `${command} running`);
  }
}
