// SPDX-License-Identifier: BSD-2-Clause
// The parsers of what tools print, fed with what the tools of this repository really print.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseNmstatLine, parsePktGenLine, parseValeCtlLine } from '@ringlab/netmap-bindings/layout';
import { afterAll, describe, expect, test } from 'vitest';
import { NetmapPort } from './index.ts';

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

/** A tool that runs until it is interrupted. */
class Running {
  readonly #child: ChildProcess;
  #text = '';

  constructor(...[program, ...args]: readonly [string, ...string[]]) {
    const command = ['--dir', region, join(BIN, program), ...args];
    this.#child = spawn(join(BIN, 'unetmap-run'), command, { stdio: 'pipe' });
    const take = (chunk: Buffer) => {
      this.#text += chunk.toString();
    };
    this.#child.stdout?.on('data', take);
    this.#child.stderr?.on('data', take);
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#text)) await sleep(20);
  }

  async interrupt(): Promise<string[]> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGINT');
    await closed;
    return this.#text.split('\n');
  }
}

const events = (said: readonly string[]) => said.map(parsePktGenLine).filter((event) => event !== undefined);

describe('what the tools print', () => {
  test('pkt-gen, sending, receiving and failing', async () => {
    const receiver = new Running('pkt-gen', '-i', 'vale0:rx', '-f', 'rx', '-T', '200');
    await receiver.until(/reading from/);
    const sent = events(await lines('pkt-gen', '-i', 'vale0:tx', '-f', 'tx', '-n', '1000', '-w', '0'));
    expect(sent).toContainEqual(
      expect.objectContaining({ kind: 'summary', direction: 'sent', packets: 1000 }),
    );
    expect(sent.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['start', 'addresses', 'speed']));
    await receiver.until(/avg_batch/);
    const received = events(await receiver.interrupt()).map(({ kind }) => kind);
    expect(received).toEqual(expect.arrayContaining(['start', 'report', 'summary', 'interrupted']));
    const failed = events(await lines('pkt-gen', '-i', 'netmap:nosuch', '-f', 'rx'));
    expect(failed).toContainEqual({
      kind: 'failure',
      port: 'netmap:nosuch',
      reason: 'No such device or address',
    });
  });

  test('pkt-gen, ping and pong', async () => {
    const pong = new Running('pkt-gen', '-i', 'vale1:pong', '-f', 'pong');
    await pong.until(/timeout/);
    const pinged = events(await lines('pkt-gen', '-i', 'vale1:ping', '-f', 'ping', '-n', '50', '-w', '0'));
    expect(pinged).toContainEqual(expect.objectContaining({ kind: 'round-trips', final: true, packets: 50 }));
    expect(events(await pong.interrupt()).map(({ kind }) => kind)).toContain('idle');
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
