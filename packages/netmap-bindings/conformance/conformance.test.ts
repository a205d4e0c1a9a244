// SPDX-License-Identifier: BSD-2-Clause
// The cases that were recorded on in-kernel netmap and are about its system calls and libraries, asked with this
// package's tables and rings by a program of its own (main.ts), on the engine of this repository.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askedOfPorts } from '../src/port/testing/asked-of-ports.ts';
import { recorded, recordedNames } from '../src/port/testing/recorded.ts';

/** All that are not asked with NetmapPort: every recorded case is asked in TypeScript. */
const caseNames = recordedNames.filter((name) => !askedOfPorts.includes(name));

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const UNETMAP = here('../../unetmap/build');
const TARGET = here('../build/conformance.node');
const region = mkdtempSync('/dev/shm/bindings-conformance-');
afterAll(() => rmSync(region, { recursive: true, force: true }));

/** The names of those who need a pair of devices, which are made in a network namespace of their own. */
const isOfDevices = (name: string) => name.startsWith('nic.');
const DEVICES =
  'ip link add nmv0 type veth peer name nmv1 && ip link set nmv0 up && ip link set nmv1 up && exec "$@"';
const IN_NAMESPACE = ['-n', 'sh', '-c', DEVICES, 'sh'];
const canMakeDevices = spawnSync('unshare', [...IN_NAMESPACE, 'true']).status === 0;

/** The C functions that the cases call, with the headers of this Node and the libraries of this engine. */
async function build(): Promise<void> {
  const fresh = `${TARGET}.${process.pid}`;
  const flags = ['-std=gnu11', '-O2', '-g', '-Wall', '-Wextra', '-Wno-unused-parameter', '-fPIC', '-shared'];
  const headers = [join(dirname(process.execPath), '../include/node'), `${UNETMAP}/include`];
  const files = [here('calls.c'), here('libraries.c'), `${UNETMAP}/lib/libnetmap.a`];
  mkdirSync(dirname(TARGET), { recursive: true });
  const defines = ['-DNAPI_VERSION=8', ...headers.map((folder) => `-I${folder}`)];
  await promisify(execFile)(process.env.CC ?? 'cc', [...flags, ...defines, '-o', fresh, ...files, '-ldl']);
  renameSync(fresh, TARGET);
}

let answers: ReadonlyMap<string, unknown> = new Map();

beforeAll(async () => {
  await build();
  const program = [`${UNETMAP}/bin/unetmap-run`, '--dir', region, process.execPath, here('main.ts')];
  const asked = caseNames.filter((name) => canMakeDevices || !isOfDevices(name));
  const command = canMakeDevices ? ['unshare', ...IN_NAMESPACE, ...program] : program;
  const [first = '', ...rest] = [...command, ...asked];
  const { stdout } = await promisify(execFile)(first, rest, { maxBuffer: 2 ** 24 });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { case: string; got: unknown });
  answers = new Map(lines.map((line) => [line.case, line.got]));
}, 300_000);

test('the cases asked with NetmapPort are recorded ones', () => {
  expect(askedOfPorts.length).toBeGreaterThan(50);
  expect(recordedNames).toEqual(expect.arrayContaining([...askedOfPorts]));
});

describe('system calls and libraries, as recorded on in-kernel netmap', () => {
  test.each(caseNames)('%s', (name) => {
    if (isOfDevices(name) && !canMakeDevices && process.env.CI !== 'true')
      return console.warn(`${name} is not asked: no pair of network devices can be made here`);
    expect(answers.get(name)).toEqual(recorded(name));
  });
});
