// SPDX-License-Identifier: BSD-2-Clause
// What somebody sees whose machine cannot start Ringlab: the real start.mjs, run as they would.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProgram } from './machine.mjs';
import { ROOT } from './repository.mjs';

/** Debian's `nobody`. */
const ORDINARY_USER = 65534;

let place = '';

/** A copy that an ordinary user can read, and a PATH of exactly these programs: no compiler, no sudo. */
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'ringlab-start-'));
  chmodSync(place, 0o755);
  cpSync(join(ROOT, 'tools'), join(place, 'tools'), { recursive: true });
  mkdirSync(join(place, 'bin'));
  copyFileSync(process.execPath, join(place, 'bin/node'), constants.COPYFILE_FICLONE);
  symlinkSync('/bin/true', join(place, 'bin/npx'));
  const apt = findProgram(['apt-get']);
  if (apt !== undefined) symlinkSync(apt, join(place, 'bin/apt-get'));
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

function start(args: readonly string[], env: Record<string, string> = {}) {
  const user = process.getuid?.() === 0 ? { uid: ORDINARY_USER, gid: ORDINARY_USER } : {};
  return spawnSync(join(place, 'bin/node'), [join(place, 'tools/start.mjs'), ...args], {
    cwd: place,
    env: { PATH: join(place, 'bin'), RINGLAB_PORT: '0', ...env },
    encoding: 'utf8',
    timeout: 20_000,
    ...user,
  });
}

test('an ordinary user without a compiler reads the one command to run', () => {
  const { status, stdout, stderr } = start([]);
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain('This machine lacks gcc (the C compiler)');
  const [what, command, ...more] = stderr.trimEnd().split('\n');
  expect(what).toMatch(/Run this once, then npm start again:$/);
  expect(command).toMatch(
    /^ {2}su -c 'apt-get update && apt-get install -y --no-install-recommends gcc .*bubblewrap .*'$/,
  );
  expect(more).toEqual([]);
});

test('a port in use is one line, before anything else is done', async () => {
  await using server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = String(typeof address === 'object' ? address?.port : address);
  const { status, stderr } = start([], { RINGLAB_PORT: port });
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is in use\\.[^\\n]*\\n$`));
});

test.each([
  [{ RINGLAB_PORT: 'eighty' }, /^RINGLAB_PORT is "eighty"; a port is a number from 0 to 65535\.\n$/],
  [{ RINGLAB_HOST: '192.0.2.1' }, /^Cannot listen on 192\.0\.2\.1 port 0: EADDRNOTAVAIL\.[^\n]*\n$/],
])('%o is refused in one line', (env, says) => {
  const { status, stderr } = start([], env);
  expect(status).toBe(1);
  expect(stderr).toMatch(says);
});

test('says what it does and which words it takes', () => {
  expect(start(['--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('RINGLAB_PORT') });
  expect(start(['fast'])).toMatchObject({
    status: 2,
    stderr: 'npm start takes no "fast"; see npm start -- --help.\n',
  });
});
