// SPDX-License-Identifier: BSD-2-Clause
import { type Sandbox, SandboxError } from '@ringlab/labkit';
import { describe, expect, test } from 'vitest';
import { cleanSandbox, type GetDriver, sh } from './inside.ts';

const MIB = 1024 * 1024;

async function textAt(sandbox: Sandbox, path: string): Promise<string | undefined> {
  const [file] = await sandbox.get([path]);
  return file && Buffer.from(file.content).toString();
}

/** Files in and out, with a program in the sandbox that means no good. */
export function filesContract(driver: GetDriver): void {
  describe('files', () => {
    test('go in, with folders, and come out as they were', async () => {
      const sandbox = await cleanSandbox(driver);
      const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256);
      await sandbox.put([
        { path: 'sink.c', content: 'int main;\n' },
        { path: 'src/deep/data.bin', content: bytes },
        { path: 'empty', content: '' },
      ]);
      expect((await sh(sandbox, 'cat sink.c; stat -c %U:%a sink.c; wc -c < src/deep/data.bin')).out).toBe(
        'int main;\nattendee:644\n70000\n',
      );
      const found = await sandbox.get(['src/deep/data.bin', 'not/there', 'empty']);
      expect(found.map(({ path }) => path)).toEqual(['src/deep/data.bin', 'empty']);
      expect(Buffer.from(found[0]?.content ?? '').equals(bytes)).toBe(true);
    });

    test('are replaced as a whole: who has the old one open keeps it', async () => {
      const sandbox = await cleanSandbox(driver);
      await sandbox.put([{ path: 'a', content: 'old and longer' }]);
      const program = await sandbox.exec(['sh', '-c', 'exec 3< a; echo open; read go; cat <&3; cat a']);
      await sandbox.put([{ path: 'b', content: '' }]);
      await sh(sandbox, 'until lsof a >/dev/null 2>&1 || sleep 0.1; do :; done');
      await sandbox.put([{ path: 'a', content: 'new' }]);
      program.write('go\n');
      program.end();
      let out = '';
      for await (const chunk of program.output) out += Buffer.from(chunk).toString();
      expect(out).toMatch(/^open\n(old and longer)?new$/);
      expect(await textAt(sandbox, 'a')).toBe('new');
    });

    test('are removed, folders with what is in them; one that is not there is no error', async () => {
      const sandbox = await cleanSandbox(driver);
      await sandbox.put([
        { path: 'd/e/f', content: 'x' },
        { path: 'd/g', content: 'y' },
        { path: 'keep', content: 'z' },
      ]);
      await sandbox.remove(['d', 'nothing/here', 'no']);
      expect((await sh(sandbox, 'ls')).out).toBe('keep\n');
    });

    test.each(['../out', '/etc/passwd', 'a/../../b', '', 'a//b', 'nul\0byte', '.'])(
      'have paths inside the workspace: %j is refused',
      async (path) => {
        const sandbox = await cleanSandbox(driver);
        await expect(sandbox.put([{ path, content: 'x' }])).rejects.toThrow(SandboxError);
        await expect(sandbox.get([path])).rejects.toThrow(SandboxError);
        await expect(sandbox.remove([path])).rejects.toThrow(SandboxError);
      },
    );

    test('of more than 16 MiB are not read, and the refusal says so', async () => {
      const sandbox = await cleanSandbox(driver);
      await sh(sandbox, `head -c ${16 * MIB} /dev/zero > fits; head -c ${17 * MIB} /dev/zero > big`);
      expect((await sandbox.get(['fits']))[0]?.content.length).toBe(16 * MIB);
      await expect(sandbox.get(['big'])).rejects.toThrow(/big: .*16 MiB/);
    });

    test('that are no files are not read, and nothing waits for them', async () => {
      const sandbox = await cleanSandbox(driver);
      await sh(sandbox, 'mkfifo pipe; mkdir folder');
      await expect(sandbox.get(['pipe'])).rejects.toThrow(SandboxError);
      await expect(sandbox.get(['folder'])).rejects.toThrow(SandboxError);
    });

    test('of 10 MiB go in', async () => {
      const sandbox = await cleanSandbox(driver);
      await sandbox.put([{ path: 'ten', content: Buffer.alloc(10 * MIB, 'r') }]);
      expect((await sh(sandbox, 'wc -c < ten')).out).toBe(`${10 * MIB}\n`);
    });
  });

  describe('links that a program plants', () => {
    test('lead neither reading nor writing nor removing out of the workspace', async () => {
      const sandbox = await cleanSandbox(driver);
      await sh(
        sandbox,
        'mkdir /tmp/out; echo safe > /tmp/out/f; ln -s /tmp/out way; ln -s /tmp/out/f file; ln -s / root',
      );
      for (const path of ['way/f', 'file', 'root/etc/passwd'])
        await expect(sandbox.get([path])).rejects.toThrow(SandboxError);
      await expect(sandbox.put([{ path: 'way/f', content: 'broken' }])).rejects.toThrow(/link/);
      await expect(sandbox.put([{ path: 'root/workspace/x', content: 'broken' }])).rejects.toThrow(/link/);
      await sandbox.put([{ path: 'file', content: 'mine' }]);
      await sandbox.remove(['way', 'root']);
      expect((await sh(sandbox, 'cat /tmp/out/f file; test -L file || echo plain; ls')).out).toBe(
        'safe\nmineplain\nfile\n',
      );
    });

    test('do not win by being swapped in while files are written', async () => {
      const sandbox = await cleanSandbox(driver);
      const swap = 'mkdir /tmp/out; while :; do rm -rf d; ln -s /tmp/out d; rm -f d; mkdir d; done';
      const program = await sandbox.exec(['sh', '-c', swap]);
      const put = () => sandbox.put([{ path: 'd/x', content: 'x' }]).catch(() => {});
      for (let i = 0; i < 25; i++) await Promise.all(Array.from({ length: 6 }, put));
      program.kill('SIGKILL');
      await program.exit;
      expect((await sh(sandbox, 'ls -A /tmp/out')).out).toBe('');
    });
  });
}
