// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, test } from 'vitest';
import {
  cleanSandbox,
  compile,
  freshSandbox,
  type GetDriver,
  LimitLog,
  readUntil,
  run,
  sh,
  slower,
  until,
} from './inside.ts';

const MIB = 1024 * 1024;

const FILLS_MEMORY = `
#include <stdlib.h>
#include <string.h>
int main(void) { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }
`;

const OPENS_FILES = `
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) { while (open("/dev/null", O_RDONLY) >= 0); perror("open"); sleep(2); return 1; }
`;

const OPENS_TERMINALS = `
#include <fcntl.h>
#include <unistd.h>
int main(void)
{
	for (int i = 0; i < 9; i++)
		if (fork() == 0)
			break;
	while (open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0);
	sleep(60);
}
`;

const CRASHES = `#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
static volatile int zero;
static void null_pointer(int *at)
{
	*at = 1;
}
static int overflow(int depth)
{
	char room[4096];
	memset(room, depth, sizeof(room));
	return overflow(depth + 1) + room[depth & 7];
}
int main(int argc, char **argv)
{
	switch (argv[1][0]) {
	case 'n': null_pointer(NULL); break;
	case 'c': memset((char *)8, 1, 4096); break;
	case 'o': return overflow(0);
	case 'd': return argc * 100 / zero;
	case 'a': assert(zero == 1); break;
	case 's': raise(SIGSEGV); break;
	case 'h': signal(SIGSEGV, exit); null_pointer(NULL);
	}
	return 0;
}
`;

/** Each limit, crossed by the kind of program that crosses it; and crashes. */
export function badProgramsContract(driver: GetDriver): void {
  describe('a program that', () => {
    test('fills memory is stopped, in words, and its neighbors go on', async () => {
      const [sandbox, neighbor] = [
        await freshSandbox(driver, { memoryBytes: 96 * MIB }),
        await cleanSandbox(driver),
      ];
      const limits = new LimitLog(sandbox);
      await compile(sandbox, 'fill', FILLS_MEMORY);
      const bystander = await sandbox.exec(['cat']);
      const { exit } = await run(sandbox, ['./fill']);
      expect(exit.signal).toBe('SIGKILL');
      expect(exit.words).toMatch(/^stopped\. Out of memory: .* 96 MiB/);
      expect(await limits.first('memory')).toContain('96 MiB');
      bystander.write('still here\n');
      expect(await readUntil(bystander, 'here')).toBe('still here\n');
      expect((await sh(neighbor, 'echo fine')).out).toBe('fine\n');
    });

    test('forks without end is held, told, and stopped', async () => {
      const sandbox = await freshSandbox(driver, { processes: 64 });
      const limits = new LimitLog(sandbox);
      const bomb = await sandbox.exec(['bash', '-c', 'b() { b | b & }; b; while :; do b; done 2>/dev/null']);
      expect(await limits.first('processes')).toContain('64 may run');
      expect((await sandbox.usage()).processes).toBeLessThanOrEqual(64);
      bomb.kill('SIGKILL');
      expect((await bomb.exit).signal).toBe('SIGKILL');
      await until(async () => (await sandbox.usage()).processes === 0, 'the last process');
      expect((await sh(sandbox, 'echo fine')).out).toBe('fine\n');
    });

    test('fills the disk is told, and can go on when files are removed', async () => {
      const sandbox = await freshSandbox(driver, { diskBytes: 8 * MIB });
      const limits = new LimitLog(sandbox);
      const { err, exit } = await sh(sandbox, 'head -c 9000000 /dev/zero > big');
      expect(err).toContain('No space left on device');
      expect(exit.code).not.toBe(0);
      expect(await limits.first('disk')).toContain('/workspace holds 8 MiB');
      await expect(sandbox.put([{ path: 'more', content: Buffer.alloc(MIB) }])).rejects.toThrow(
        /more: .*No space/,
      );
      await sandbox.remove(['big']);
      await sandbox.put([{ path: 'more', content: 'fits' }]);
      expect((await sandbox.usage()).diskBytes).toBeLessThanOrEqual(8 * MIB);
    });

    test('fills /tmp, /dev/shm or the region gets no further than their size', async () => {
      const sandbox = await freshSandbox(driver, { scratchBytes: 4 * MIB, regionBytes: 16 * MIB });
      const fill = (place: string) =>
        `head -c 40000000 /dev/zero > ${place}/x 2>/dev/null; stat -c %s ${place}/x; rm ${place}/x`;
      const { out } = await sh(sandbox, ['/tmp', '/dev/shm', '/run/unetmap'].map(fill).join('; '));
      expect(out).toBe([4 * MIB, 4 * MIB, 16 * MIB, ''].join('\n'));
    });

    test('writes too large a file is stopped, in words', async () => {
      const sandbox = await freshSandbox(driver, { fileSizeBytes: 2 * MIB });
      const limits = new LimitLog(sandbox);
      const { exit } = await run(sandbox, ['dd', 'if=/dev/zero', 'of=large', 'bs=1M', 'count=5']);
      expect(exit.signal).toBe('SIGXFSZ');
      expect(exit.words).toMatch(/one file may hold 2 MiB/);
      expect(await limits.first('file-size')).toContain('2 MiB');
      expect((await sh(sandbox, 'stat -c %s large')).out).toBe(`${2 * MIB}\n`);
    });

    test('opens too many files is told', async () => {
      const sandbox = await freshSandbox(driver, { openFiles: 48 });
      const limits = new LimitLog(sandbox);
      await compile(sandbox, 'opens', OPENS_FILES);
      const { err, exit } = await run(sandbox, ['./opens']);
      expect({ err, code: exit.code }).toEqual({ err: 'open: Too many open files\n', code: 1 });
      expect(await limits.first('open-files')).toContain('48 open at once');
    });

    test('opens all terminals of the machine is stopped, and its neighbors get theirs', async () => {
      const [sandbox, neighbor] = [await cleanSandbox(driver), await cleanSandbox(driver)];
      const limits = new LimitLog(sandbox);
      await compile(sandbox, 'terminals', OPENS_TERMINALS);
      const program = await sandbox.exec(['./terminals']);
      expect(await limits.first('terminals')).toContain('Too many terminals');
      expect((await program.exit).signal).toBe('SIGKILL');
      const pty = { cols: 80, rows: 24 };
      expect((await sh(neighbor, 'echo mine', { pty })).out).toBe('mine\r\n');
      expect((await sh(sandbox, 'echo fine', { pty })).out).toBe('fine\r\n');
    });

    test('loops is stopped when its time is up', async () => {
      const sandbox = await freshSandbox(driver, { wallClockMs: 1000 });
      const limits = new LimitLog(sandbox);
      const { exit } = await sh(sandbox, 'while :; do :; done');
      expect(exit.words).toBe('stopped. Time is up: a program may run for 1 s, so it was stopped.');
      expect(await limits.first('wall-clock')).toContain('1 s');
    });

    test('loops does not keep others from running', async () => {
      const sandbox = await cleanSandbox(driver);
      for (let i = 0; i < 4; i++) await sandbox.exec(['sh', '-c', 'while :; do :; done']);
      const startMs = performance.now();
      expect((await sh(await cleanSandbox(driver), 'echo quick')).out).toBe('quick\n');
      expect(performance.now() - startMs).toBeLessThan(slower(driver, 2000));
    });

    test('prints forever is slowed down, told, and stopped', async () => {
      const mostPerSecond = 64 * 1024;
      const sandbox = await freshSandbox(driver, { outputBytesPerSecond: mostPerSecond });
      const limits = new LimitLog(sandbox);
      // A terminal that need not look at every byte: an emulated machine is too slow to print too much otherwise.
      const program = await sandbox.exec(['sh', '-c', 'stty -opost; exec yes'], {
        pty: { cols: 80, rows: 24 },
      });
      const startMs = performance.now();
      const seconds = () => (performance.now() - startMs) / 1000;
      let bytes = 0;
      for await (const chunk of program.output) {
        bytes += chunk.byteLength;
        if (seconds() > 2 && bytes > mostPerSecond) break;
      }
      expect(bytes).toBeLessThan((seconds() + 3) * mostPerSecond);
      expect(await limits.first('output-rate')).toContain('64 KiB a second');
      expect(limits.words('output-rate').length).toBeLessThanOrEqual(seconds() + 2);
      program.kill('SIGKILL');
      expect((await program.exit).signal).toBe('SIGKILL');
    });

    test('crashes is told with its signal and its line', async () => {
      const sandbox = await cleanSandbox(driver);
      await compile(sandbox, 'crash', CRASHES);
      const words = async (kind: string) => (await run(sandbox, ['./crash', kind])).exit;
      expect(await words('n')).toMatchObject({
        signal: 'SIGSEGV',
        words:
          'crashed with SIGSEGV at crash.c:8 in null_pointer(): it used memory that is not its own, at address 0x0 (a null pointer)',
      });
      expect((await words('c')).words).toContain('SIGSEGV at crash.c:20 in main()');
      expect((await words('o')).words).toContain('SIGSEGV at crash.c:');
      expect(await words('d')).toMatchObject({
        signal: 'SIGFPE',
        words: expect.stringContaining('at crash.c:22 in main()'),
      });
      expect(await words('a')).toMatchObject({
        signal: 'SIGABRT',
        words: expect.stringContaining('at crash.c:23 in main()'),
      });
      expect((await words('s')).words).toContain('SIGSEGV at crash.c:24 in main()');
      expect((await words('h')).code).toBe(11);
    });

    test('crashes inside a shell or a terminal is told the same way', async () => {
      const sandbox = await cleanSandbox(driver);
      await compile(sandbox, 'crash', CRASHES);
      const { exit } = await run(sandbox, ['sh', '-c', './crash n'], { pty: { cols: 80, rows: 24 } });
      expect(exit.words).toContain('SIGSEGV at crash.c:8');
    });

    test('crashes without debug information is still told by its signal', async () => {
      const sandbox = await cleanSandbox(driver);
      await compile(sandbox, 'crash', CRASHES);
      const { exit } = await sh(sandbox, 'strip crash; exec ./crash n');
      expect(exit.words).toBe(
        'crashed with SIGSEGV: it used memory that is not its own, at address 0x0 (a null pointer)',
      );
    });

    test('needs a header that is not there gets the words of the compiler', async () => {
      const sandbox = await cleanSandbox(driver);
      await sandbox.put([{ path: 'a.c', content: '#include <no/such.h>\n' }]);
      const { err, exit } = await run(sandbox, ['gcc', 'a.c']);
      expect(exit.code).toBe(1);
      expect(err).toContain('a.c:1:10: fatal error: no/such.h: No such file or directory');
    });
  });
}
