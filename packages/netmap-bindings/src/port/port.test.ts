// SPDX-License-Identifier: BSD-2-Clause
import { execFile, fork } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { NetmapError, NetmapPort, type PortOptions } from '../index.ts';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const region = mkdtempSync(join('/dev/shm', 'bindings-port-'));
const opened: NetmapPort[] = [];
afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});
afterAll(() => rmSync(region, { recursive: true, force: true }));

async function open(name: string, options: PortOptions = {}): Promise<NetmapPort> {
  const port = await NetmapPort.open(name, { region, ...options });
  opened.push(port);
  return port;
}

const numbered = (count: number, bytes = 60) =>
  Array.from({ length: count }, (_, i) => {
    const frame = new Uint8Array(bytes).fill(255, 0, 6);
    new DataView(frame.buffer).setUint32(14, i);
    return frame;
  });
const numberOf = (frame: Uint8Array) => new DataView(frame.buffer, frame.byteOffset).getUint32(14);

/** Takes this many packets, and notes how they came. */
async function receive(port: NetmapPort, count: number): Promise<{ frames: Uint8Array[]; batches: number }> {
  const frames: Uint8Array[] = [];
  let batches = 0;
  for await (const batch of port) {
    batches++;
    frames.push(...batch.copies());
    if (frames.length >= count) break;
  }
  return { frames, batches };
}

describe('sending and receiving', () => {
  test('a receiver sleeps until something comes, and keeps its order', async () => {
    const [a, b] = [await open('vale0:a'), await open('vale0:b')];
    const receiving = receive(b, 40);
    await sleep(30);
    await a.send(numbered(20));
    await sleep(30);
    await a.send(numbered(20));
    const { frames } = await receiving;
    expect(frames.map(numberOf)).toEqual([...Array(20).keys(), ...Array(20).keys()]);
  });

  test('a sleeping receiver takes no processor time', async () => {
    const b = await open('vale0:b');
    const signal = AbortSignal.timeout(400);
    await sleep(20);
    const before = process.cpuUsage();
    await expect(b.ready('rx', signal)).rejects.toMatchObject({ name: 'TimeoutError' });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(150);
  });

  test('a full pipe holds the sender back, and loses nothing', async () => {
    const [a, b] = [await open('netmap:p{1'), await open('netmap:p}1')];
    const sending = a.send(numbered(5000));
    const { frames } = await receive(b, 5000);
    expect(await sending).toBe(5000);
    expect(frames.map(numberOf)).toEqual([...Array(5000).keys()]);
  });

  test('packets longer than a buffer take several slots, and arrive whole', async () => {
    const [a, b] = [await open('netmap:long{1'), await open('netmap:long}1')];
    const frames = [numbered(1, 5000), numbered(1, 60), numbered(1, 4096), numbered(1, 2048)].flat();
    for (const frame of frames) for (let i = 18; i < frame.byteLength; i++) frame[i] = i;
    // More in all than the ring has slots.
    const sending = a.send(Array(200).fill(frames).flat());
    const got = await receive(b, 800);
    await sending;
    expect(got.frames.slice(-4)).toEqual(frames);
    expect(() => a.inject(new Uint8Array(1023 * 2048 + 1))).toThrow(/EMSGSIZE/);
  });

  test('frames are views of one memory: what another reads there is not a copy', async () => {
    const [a, b] = [await open('netmap:view{1'), await open('netmap:view}1')];
    await a.send(numbered(1));
    for await (const batch of b) {
      const [frame] = [...batch];
      expect(frame?.buffer).toBe(b.memory);
      const sent = a.txRings[0]?.slot(0).bytes as Uint8Array;
      sent[20] = 99;
      expect(frame?.[20]).toBe(99);
      break;
    }
  });

  test('leaving a loop gives its batch back and keeps the port; other work gets its turn', async () => {
    const [a, b] = [await open('vale0:a'), await open('vale0:b')];
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    // Should the timer never get its turn, the loop must end by itself.
    const giveUp = performance.now() + 30_000;
    await a.send(numbered(10));
    for await (const batch of b) {
      await a.send(numbered(batch.slotCount));
      if (turns > 20 || performance.now() > giveUp) break;
    }
    clearInterval(timer);
    expect(turns).toBeGreaterThan(20);
    expect(b.rxRings[0]?.head).toBe(b.rxRings[0]?.cur);
    expect((await receive(b, 1)).frames.length).toBe(10);
  }, 40_000);

  test('two processes', async () => {
    const b = await open('netmap:child}1');
    const child = fork(fileURLToPath(new URL('./testing/sender.ts', import.meta.url)), [
      'netmap:child{1',
      region,
      '3000',
    ]);
    let count = 0;
    for await (const batch of b) {
      count += batch.slotCount;
      if (count === 3000) break;
    }
    await new Promise((resolve) => child.on('exit', resolve));
    expect(child.exitCode).toBe(0);
  });
});

describe('the end of a port', () => {
  test('await using closes it, and its name is free', async () => {
    {
      await using port = await NetmapPort.open('vale0:once/x', { region });
      await expect(open('vale0:once')).rejects.toMatchObject({ code: 'EBUSY' });
      expect(port.memory.byteLength).toBeGreaterThan(0);
    }
    await open('vale0:once/x');
  });

  test('views are empty afterwards, and nothing can be reached through them', async () => {
    const port = await open('vale0:a');
    const ring = port.txRings[0] as NonNullable<(typeof port.txRings)[0]>;
    const [slot, view] = [ring.slot(0), ring.slot(0).bytes];
    port.close();
    port.close();
    expect([view.length, view[0], port.memory.byteLength]).toEqual([0, undefined, 0]);
    expect([ring.head, ring.space, slot.length, slot.bytes.length, ring.buffer(2).length]).toEqual([
      0, 0, 0, 0, 0,
    ]);
    slot.length = 5;
    ring.head = 3;
    expect(() => port.txSync()).toThrow(/NIOCTXSYNC: EBADF/);
    expect(() => port.inject(new Uint8Array(60))).toThrow(/EBADF/);
    await expect(port.ready('rx')).rejects.toMatchObject({ code: 'EBADF', port: 'vale0:a' });
  });

  test('memory that somebody took for themselves is theirs, and zeros', async () => {
    const port = await open('vale0:a');
    const taken = port.memory.transfer();
    expect(new Uint8Array(taken).some((byte) => byte !== 0)).toBe(true);
    port.close();
    const bytes = new Uint8Array(taken, 0, 1 << 20);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    bytes.fill(1);
    await open('vale0:a/x');
  });

  test('a loop ends, and whoever else waits is told', async () => {
    const [a, b] = [await open('netmap:end{1'), await open('netmap:end}1')];
    const sending = expect(a.send(numbered(3000))).rejects.toMatchObject({ code: 'EBADF' });
    await sleep(20);
    a.close();
    await sending;
    const { frames } = await receive(b, 1);
    expect(frames.length).toBeGreaterThan(0);
    const looping = receive(b, 5000);
    await sleep(20);
    const waiting = expect(b.ready('rx')).rejects.toMatchObject({ code: 'EBADF' });
    b.close();
    expect((await looping).frames).toEqual([]);
    await waiting;
  });

  test('two hundred ports leave no descriptor and no mapping', async () => {
    const counts = () => [
      readdirSync('/proc/self/fd').length,
      readFileSync('/proc/self/maps', 'utf8')
        .split('\n')
        .filter((line) => line.includes(region)).length,
    ];
    await open('vale0:keeper');
    const before = counts();
    for (let i = 0; i < 200; i++) {
      const port = await NetmapPort.open('vale0:leak', { region });
      const waiting = port.ready('rx').catch(() => {});
      await port.send(numbered(3));
      port.close();
      await waiting;
    }
    expect(counts()).toEqual(before);
  });

  test('a port that is forgotten is closed by the garbage collector', async () => {
    const script = fileURLToPath(new URL('./testing/forgotten.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, region]);
    expect(stdout).toBe('free again\n');
  });
});

describe('where there is no netmap', () => {
  const alone = join(PACKAGE, 'build', `alone-${process.pid}`);
  afterAll(() => rmSync(alone, { recursive: true, force: true }));
  const run = (source: string, env: NodeJS.ProcessEnv = {}) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], {
      cwd: PACKAGE,
      env: { ...process.env, UNETMAP_DIR: '', ...env },
    });
  const tell = (folder: string, options = '{}') => `
    import { NetmapPort } from '${folder}/src/index.ts';
    await NetmapPort.open('vale0:a', ${options}).catch(({ message, errno, code, call, port }) =>
      console.log(JSON.stringify({ message, errno, code, call, port })));`;

  test.skipIf(existsSync('/dev/netmap'))('open says what to do', async () => {
    const { stdout } = await run(tell(PACKAGE));
    expect(JSON.parse(stdout)).toMatchObject({ errno: 2, code: 'ENOENT', call: 'open', port: 'vale0:a' });
    expect(stdout).toContain('unetmap-run');
  });

  test('a library that is not there, and a region that is none', async () => {
    const missing = await run(tell(PACKAGE, `{ region: '/dev/shm/x', library: '/nowhere.so' }`));
    expect(JSON.parse(missing.stdout)).toMatchObject({ call: 'dlopen', code: 'ELIBACC' });
    const refused = await run(tell(PACKAGE, `{ region: '/dev/null/x' }`));
    expect(JSON.parse(refused.stdout)).toMatchObject({ call: 'open', code: 'ENOTDIR' });
  });

  test('without a native part, importing works and opening says why not', async () => {
    mkdirSync(alone, { recursive: true });
    const isNeeded = (path: string) => !path.endsWith('.test.ts');
    for (const name of ['src', 'build.mjs', 'package.json'])
      cpSync(join(PACKAGE, name), join(alone, name), { recursive: true, filter: isNeeded });
    const { stderr } = await promisify(execFile)(process.execPath, [join(alone, 'build.mjs')], {
      env: { ...process.env, CC: '/no/compiler' },
    });
    expect(stderr).toContain('was not built');
    const { stdout } = await run(tell(alone));
    expect(JSON.parse(stdout)).toMatchObject({ call: 'load', port: 'vale0:a' });
  });

  test('a preloaded library is a /dev/netmap like any other', async () => {
    const tool = join(PACKAGE, '../unetmap/build/bin/unetmap-run');
    const script = fileURLToPath(new URL('./testing/talk.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(tool, ['--dir', region, process.execPath, script]);
    expect(stdout).toBe('system 100\n');
  });

  test('names that netmap refuses are refused before anything is opened', async () => {
    await expect(NetmapPort.open('eth0')).rejects.toBeInstanceOf(NetmapError);
    await expect(NetmapPort.open('eth0')).rejects.toMatchObject({
      code: 'EINVAL',
      call: 'parse',
      port: 'eth0',
    });
  });
});
