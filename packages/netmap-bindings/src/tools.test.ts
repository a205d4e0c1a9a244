// SPDX-License-Identifier: BSD-2-Clause
// The parsers of what tools print, fed with what the tools of this repository really print.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { NetmapPort } from './index.ts';
import { parseNmstatLine, parsePktGenLine, parseValeCtlLine } from './layout/index.ts';

const BIN = fileURLToPath(new URL('../../unetmap/build/bin', import.meta.url));
const region = mkdtempSync('/dev/shm/bindings-tools-');
afterAll(() => rmSync(region, { recursive: true, force: true }));

/** All lines of both streams, once it has ended. */
async function lines(...argv: readonly [string, ...string[]]): Promise<string[]> {
  const [program, ...args] = argv;
  const command = ['--dir', region, join(BIN, program), ...args];
  const told = await promisify(execFile)(join(BIN, 'unetmap-run'), command).catch((error) => error);
  return `${told.stdout}${told.stderr}`.split('\n').filter((line) => line.trim() !== '');
}

function start(...argv: readonly [string, ...string[]]): ChildProcess {
  const [program, ...args] = argv;
  return spawn(join(BIN, 'unetmap-run'), ['--dir', region, join(BIN, program), ...args], { stdio: 'pipe' });
}

async function interrupted(child: ChildProcess, afterMs: number): Promise<string[]> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  const closed = once(child, 'close');
  await sleep(afterMs);
  child.kill('SIGINT');
  await closed;
  return text.split('\n');
}

const events = (said: readonly string[]) => said.map(parsePktGenLine).filter((event) => event !== undefined);

describe('what the tools print', () => {
  test('pkt-gen, sending, receiving and failing', async () => {
    const receiving = interrupted(start('pkt-gen', '-i', 'vale0:rx', '-f', 'rx', '-T', '200'), 1200);
    await sleep(300);
    const sent = events(await lines('pkt-gen', '-i', 'vale0:tx', '-f', 'tx', '-n', '1000', '-w', '0'));
    expect(sent).toContainEqual(
      expect.objectContaining({ kind: 'summary', direction: 'sent', packets: 1000 }),
    );
    expect(sent.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['start', 'addresses', 'speed']));
    const received = events(await receiving).map(({ kind }) => kind);
    expect(received).toEqual(expect.arrayContaining(['start', 'report', 'summary', 'interrupted']));
    const failed = events(await lines('pkt-gen', '-i', 'netmap:nosuch', '-f', 'rx'));
    expect(failed).toContainEqual({
      kind: 'failure',
      port: 'netmap:nosuch',
      reason: 'No such device or address',
    });
  });

  test('pkt-gen, ping and pong', async () => {
    const ponging = interrupted(start('pkt-gen', '-i', 'vale1:pong', '-f', 'pong'), 3200);
    await sleep(200);
    const pinged = events(await lines('pkt-gen', '-i', 'vale1:ping', '-f', 'ping', '-n', '50', '-w', '0'));
    expect(pinged).toContainEqual(expect.objectContaining({ kind: 'round-trips', final: true, packets: 50 }));
    expect(events(await ponging).map(({ kind }) => kind)).toContain('idle');
  });

  test('vale-ctl', async () => {
    await using port = await NetmapPort.open('vale3:a', { region });
    const listed = (await lines('vale-ctl')).map(parseValeCtlLine);
    expect(listed).toContainEqual(expect.objectContaining({ kind: 'listed', name: 'vale3:a' }));
    const geometry = (await lines('vale-ctl', '-g', 'vale3:a')).map(parseValeCtlLine);
    expect(geometry).toContainEqual({
      kind: 'geometry',
      field: 'mem_id',
      value: port.registration.nr_mem_id,
    });
    expect(geometry).not.toContain(undefined);
    expect((await lines('vale-ctl', '-l', 'vale3:a')).map(parseValeCtlLine)).not.toContain(undefined);
    const [failure] = (await lines('vale-ctl', '-g', 'nosuch')).map(parseValeCtlLine);
    expect(failure).toMatchObject({ kind: 'failure', name: 'nosuch', reason: 'No such device or address' });
  });

  test('nmstat counts what was sent from here', async () => {
    await using port = await NetmapPort.open('vale2:a', { region });
    await port.send(Array(7).fill(new Uint8Array(60).fill(255, 0, 6)));
    const [line = ''] = await lines('nmstat', '--json');
    const sample = parseNmstatLine(line);
    const seen = sample.ok ? sample.value.ports.find(({ name }) => name === 'vale2:a') : undefined;
    expect(seen?.rings.find(({ dir }) => dir === 'tx')).toMatchObject({ packets: 7, bytes: 420 });
  });
});
