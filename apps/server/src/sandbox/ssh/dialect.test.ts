// SPDX-License-Identifier: BSD-2-Clause
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { AGENT_SOURCES } from '../agent/compile.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { quoted } from '../over-ssh/link.ts';
import { FREEBSD } from './freebsd.ts';
import { FACTS, hostOf } from './remote.ts';

/** What the login shell of a host may be: it knows POSIX, and nothing of bash. */
const SHELLS = [
  { name: 'dash', argv: ['dash'] },
  { name: "busybox's sh", argv: ['busybox', 'sh'] },
] as const;

/** Only what busybox has: neither GNU's options nor Linux's own programs. */
const programs = mkdtempSync(join(tmpdir(), 'ringlab-dialect-'));
for (const name of ['uname', 'id', 'grep', 'readlink', 'tar', 'printf'])
  symlinkSync(execFileSync('which', ['busybox'], { encoding: 'utf8' }).trim(), join(programs, name));
afterAll(() => rmSync(programs, { recursive: true }));

describe.each(SHELLS)('$name', ({ argv: [shell, ...words] }) => {
  const says = (script: string) =>
    execFileSync('/usr/bin/env', [shell, ...words, '-c', `PATH=${programs}; ${script}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  test('says what a host is and has', () => {
    const lines = says(FACTS).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['system Linux', `home ${process.env.HOME}`, 'has tar']));
    expect(lines).not.toContain('has bwrap');
    expect(lines.filter(Boolean).every((line) => /^(system|home|has|link|folder) /.test(line))).toBe(true);
  });

  test('takes every word as it is', () => {
    const odd = ["it's", '$HOME', '`id`', 'a  b', '\\n', '!x', '*', '', '"', 'ä\nb'];
    expect(says(`printf '<%s>' ${quoted(odd)}`)).toBe(odd.map((word) => `<${word}>`).join(''));
  });

  test.each(['build.sh', 'sandbox.sh'])('can read %s', (script) => {
    execFileSync('/usr/bin/env', [shell, ...words, '-n', join(AGENT_SOURCES, 'freebsd', script)]);
  });
});

describe('what a host says', () => {
  const said = (...facts: string[]) => hostOf('10.0.0.7', facts.join('\n'));
  const PREPARED = ['root', 'netmap', 'cc', 'tar', 'lockf', 'bash', 'gnu-make', 'nmstat'];

  test('is answered by what it lacks, and where to get it', () => {
    expect(() => said('system Linux', 'home /home/ringlab', 'has cc', 'has tar')).toThrow(
      "10.0.0.7 lacks bubblewrap, flock of util-linux, netmap's tools in /opt/ringlab. docs/preparing-a-host.md says how to prepare it.",
    );
    expect(() =>
      said('system FreeBSD', 'home /root', 'has cc', 'has tar', 'has lockf', 'has netmap'),
    ).toThrow(
      "10.0.0.7 lacks a login as root, who alone can make a jail, bash (pkg install bash), GNU make as /opt/ringlab/bin/make, netmap's tools in /opt/ringlab.",
    );
    expect(() => said('system OpenBSD', 'home /root')).toThrow(
      '10.0.0.7 runs OpenBSD. A host runs Linux or FreeBSD.',
    );
  });

  test('decides who provides netmap, and refuses what that system cannot have', () => {
    const host = said('system FreeBSD', 'home /root', ...PREPARED.map((what) => `has ${what}`));
    expect(host).toMatchObject({ system: FREEBSD, folder: '/root/.ringlab', engines: ['kernel'] });
    const linux = [
      'system Linux',
      'home /home/a',
      ...['bwrap', 'cc', 'tar', 'flock', 'nmstat'].map((what) => `has ${what}`),
    ];
    expect(said(...linux).engines).toEqual(['unetmap']);
    expect(said(...linux, 'has netmap').engines).toEqual(['unetmap', 'kernel']);
    const interfaces = [
      { name: 'veth0', address: '10.1.0.1/24', peer: { name: 'eth0', address: '10.1.0.2/24' } },
    ];
    const brought = { agentFolder: '/root/.ringlab/agent-1', etcFolder: '' };
    const spec = { limits: DEFAULT_LIMITS, engine: 'kernel', holder: 'nobody' } as const;
    expect(() => FREEBSD.launch(host, brought, { ...spec, interfaces })).toThrow(/A host with Linux can/);
    expect(FREEBSD.environment('kernel')).not.toHaveProperty('C_INCLUDE_PATH');
  });
});
