// SPDX-License-Identifier: BSD-2-Clause
/** The scripts that labs run beside what attendees write: lab 01's race, and lab 15's curve. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildLab, loadLab, loadLabAnswers, type Sandbox } from '@ringlab/labkit';
import { parseNmstatLine } from '@ringlab/netmap-bindings/layout';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildVmImage } from '../../../tools/prepare/vm-image.mjs';
import { readConfig, repositoryDir } from './config.ts';
import { testDriver } from './sandbox/bubblewrap/test-folders.ts';
import { sh } from './sandbox/contract/inside.ts';

const TIMEOUT_MS = 180_000;
/** It may be built first. */
const IMAGE_TIMEOUT_MS = 900_000;
const config = readConfig(process.env);

const driver = testDriver();

/** A sandbox with this lab's solution, built. */
async function solved(slug: string): Promise<Sandbox> {
  const lab = await loadLab(join(config.labsDir, slug));
  const { limits } = config;
  const sandbox = await driver().create({ id: `scripts-${slug}`, limits, interfaces: lab.interfaces });
  onTestFinished(async () => sandbox[Symbol.asyncDispose]());
  await sandbox.put((await loadLabAnswers(lab)).solution);
  await buildLab(lab, sandbox);
  return sandbox;
}

const nmstatLines = (output: string) =>
  output
    .split('\n')
    .map(parseNmstatLine)
    .flatMap((line) => (line.ok ? [line.value] : []));

/** `told:memif` in each line of nmstat's that has it, and whether the last line had. */
function memifOf(output: string): { readonly packets: readonly number[]; readonly isLeft: boolean } {
  const memif = nmstatLines(output).map(({ ports }) => ports.find(({ name }) => name === 'told:memif'));
  const packets = memif.flatMap((port) => port?.rings.find(({ dir }) => dir === 'rx')?.packets ?? []);
  return { packets, isLeft: memif.at(-1) !== undefined };
}

/** The virtual machines' root file system, which has DPDK. */
const ROOT = join(config.imagesDir, 'vm/root.squashfs');

const MEASURED = `
sh race.sh 6 memif >out 2>&1 & race=$!
LD_PRELOAD=/opt/ringlab/lib/libunetmap.so nmstat --json --interfaces --watch=100 & nmstat=$!
wait $race; sleep 1; kill $nmstat; wait $nmstat; cat out`;

async function inImage(folder: string, script: string): Promise<string> {
  const engine = join(repositoryDir, 'packages/unetmap/build');
  const world = ['--ro-bind', folder, '/', '--proc', '/proc', '--dev', '/dev', '--ro-bind', '/sys', '/sys'];
  const places = ['--tmpfs', '/tmp', '--tmpfs', '/run', '--bind', join(folder, '..', 'lab'), '/workspace'];
  const alone = ['--unshare-net', '--unshare-pid', '--unshare-ipc', '--die-with-parent'];
  const settings = { NMSTAT_TOLD: '/tmp/told', UNETMAP_DIR: '/run', PATH: '/opt/ringlab/bin:/usr/bin:/bin' };
  const variables = Object.entries(settings).flatMap((setting) => ['--setenv', ...setting]);
  const tools = ['--ro-bind', engine, '/opt/ringlab', '--chdir', '/workspace'];
  const command = ['bwrap', ...world, ...places, ...tools, ...alone, ...variables, 'sh', '-c', script];
  const [program = '', ...args] = command;
  const { stdout } = await promisify(execFile)(program, args, {
    maxBuffer: 1 << 26,
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  return stdout;
}

describe('the race of lab 01', () => {
  test('names each way with its rate, and DPDK where it is not installed', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const sandbox = await solved('01-why-bypass');
    // A machine that has all that the race uses but DPDK.
    const script = `mkdir bin; for tool in sh sleep; do ln -s "$(command -v $tool)" bin; done
      pkt-gen -i vale0:rx -f rx >/dev/null 2>&1 &
      PATH=$PWD/bin sh race.sh 1; ls "$NMSTAT_TOLD"`;
    const { out } = await sh(sandbox, script);
    for (const way of ['sendto', 'sendmmsg', 'packet', 'xdp', 'netmap'])
      expect(out).toMatch(new RegExp(`^${way} +\\d+\\.\\d+ Mpps +\\d+ ns: .* a call$`, 'm'));
    expect(out).toMatch(/^memif {5}not installed here: it is dpdk-testpmd of Debian's package dpdk-dev$/m);
  });

  test('has DPDK in the chart with the others', { timeout: IMAGE_TIMEOUT_MS }, async () => {
    await buildVmImage();
    const folder = await mkdtemp(join(tmpdir(), 'ringlab-race-'));
    onTestFinished(async () => await rm(folder, { recursive: true }));
    await cp(join(config.labsDir, '01-why-bypass/starter'), join(folder, 'lab'), { recursive: true });
    await promisify(execFile)('unsquashfs', [
      '-quiet',
      '-no-progress',
      '-no-xattrs',
      '-dest',
      join(folder, 'root'),
      ROOT,
    ]);
    const output = await inImage(join(folder, 'root'), MEASURED);
    expect(output).toMatch(/^memif +\d+\.\d{3} Mpps +\d+ ns, .*core/m);
    const { packets, isLeft } = memifOf(output);
    expect(new Set(packets).size).toBeGreaterThan(3);
    expect(packets).toEqual(packets.toSorted((a, b) => a - b));
    expect(isLeft).toBe(false);
  });
});

test('the curve of lab 15 is drawn for each size of batch, and told as it grows', {
  timeout: TIMEOUT_MS,
}, async () => {
  const sandbox = await solved('15-latency-and-batching');
  const script = `./echo -i 'netmap:lat}1' >/dev/null & echo=$!
    nmstat --json --interfaces --watch=100 >told & nmstat=$!
    sh curve.sh; kill $echo; sleep 0.3; kill $nmstat; cat told`;
  const { out } = await sh(sandbox, script);
  const rows = [...out.matchAll(/^ *(\d+): +(\d+\.\d) kpps +#* +(\d+\.\d) us +#+$/gm)];
  const numbers = rows.map((row) => row.slice(1).map(Number));
  const sizes = ['1', '8', '64', '512'];
  expect([...new Set(numbers.map(([size]) => `${size}`))]).toEqual(sizes);
  const told = nmstatLines(out).map(({ points = [] }) => points.filter((point) => point.told === 'curve'));
  const counts = told.map(({ length }) => length);
  expect(new Set(counts).size).toBeGreaterThan(3);
  const points = told.at(-1) ?? [];
  expect(points).toHaveLength(numbers.length);
  expect([...new Set(points.map(({ series }) => series))]).toEqual(sizes);
  const slowest = points.filter(({ x }) => x < 11_000);
  // In the middle a packet waits for half of its batch, 25 ms of 512 that are 100 us apart.
  expect(slowest.find(({ series }) => series === '512')?.y).toBeGreaterThan(0.02);
  expect(slowest.find(({ series }) => series === '1')?.y).toBeLessThan(0.02);
});
