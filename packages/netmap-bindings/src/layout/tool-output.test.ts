// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseNmstatLine } from './nmstat.ts';
import { parsePktGenLine } from './pkt-gen.ts';
import { parseValeCtlLine } from './vale-ctl.ts';

describe("pkt-gen's lines", () => {
  test.each([
    [
      'Sending on vale0:a: 1 queues, 1 threads and 1 cpus.',
      { kind: 'start', role: 'sending', port: 'vale0:a', queues: 1, threads: 1, cpus: 1 },
    ],
    [
      '986.570299 main_thread [2781] 2.034 Mpps (1.041 Mpkts 976.133 Mbps in 512098 usec) 512.00 avg_batch 0 min_space',
      {
        kind: 'report',
        ratePps: 2_034_000,
        packets: 1_041_000,
        rateBps: 976_133_000,
        periodUs: 512098,
        averageBatch: 512,
        minSpace: 0,
      },
    ],
    [
      '993.418958 main_thread [2781] 1003 pps [avg/std 688 /315  pps](1038 pkts 481398 bps in 1034986 usec) 3.00 avg_batch 99999 min_space',
      {
        kind: 'report',
        ratePps: 1003,
        packets: 1038,
        rateBps: 481398,
        periodUs: 1034986,
        averageBatch: 3,
        minSpace: 99999,
      },
    ],
    [
      'Sent 5000000 packets 300000000 bytes 9766 events 60 bytes each in 2.30 seconds.',
      {
        kind: 'summary',
        direction: 'sent',
        packets: 5_000_000,
        bytes: 300_000_000,
        events: 9766,
        seconds: 2.3,
      },
    ],
    [
      'Received nothing.',
      { kind: 'summary', direction: 'received', packets: 0, bytes: 0, events: 0, seconds: 0 },
    ],
    [
      'Speed: 2.175 Mpps Bandwidth: 1.044 Gbps (raw 1.044 Gbps). Average batch: 511.98 pkts',
      { kind: 'speed', ratePps: 2_175_000, rateBps: 1.044e9, rawBps: 1.044e9, averageBatch: 511.98 },
    ],
    [
      '10.0.0.1 -> 10.1.0.1 (00:00:00:00:00:00 -> ff:ff:ff:ff:ff:ff)',
      {
        kind: 'addresses',
        src: '10.0.0.1',
        dst: '10.1.0.1',
        srcMac: '00:00:00:00:00:00',
        dstMac: 'ff:ff:ff:ff:ff:ff',
      },
    ],
    [
      '009.583833 ping_body [1533] count 908 RTT: min 77130 av 1077001 ns',
      { kind: 'round-trips', final: false, packets: 908, minNs: 77130, averageNs: 1077001 },
    ],
    [
      '011.846316 ping_body [1566] RTT over 1728 packets: min 76370 av 2836922 ns',
      { kind: 'round-trips', final: true, packets: 1728, minNs: 76370, averageNs: 2836922 },
    ],
    [
      '012.904441 ping_body [1566] RTT over 300 packets: min -1 av 0 ns',
      { kind: 'round-trips', final: true, packets: 300, minNs: undefined, averageNs: undefined },
    ],
    [
      '009.584369 ping_body [1549] k: 65536 .. 67108864',
      { kind: 'histogram', fromNs: 65536, toNs: 67108864 },
    ],
    ['\t   508   158    51    16', { kind: 'histogram-counts', counts: [508, 158, 51, 16] }],
    ['1.2 receiver_body [9] Sequence GAP: exp 12 found 14', { kind: 'gap', expected: 12, found: 14 }],
    ['006.523284 pong_body [1612] poll error on queue 0: timeout', { kind: 'idle', ever: true }],
    [
      '996.229808 receiver_body [1954] waiting for initial packets, poll returns 0 0',
      { kind: 'idle', ever: false },
    ],
    ['988.591648 sigint_h [574] received control-C on thread 0x7f6bdeb93740', { kind: 'interrupted' }],
    [
      '1.2 main [3] Unable to open netmap:x: No such device or address',
      { kind: 'failure', port: 'netmap:x', reason: 'No such device or address' },
    ],
  ])('%s', (line, event) => {
    expect(parsePktGenLine(line)).toEqual(event);
  });

  test('any other line is no event, and never throws', () => {
    expect(parsePktGenLine('986.046388 start_threads [2695] Wait 0 secs for phy reset')).toBeUndefined();
    fc.assert(fc.property(fc.string(), (line) => void parsePktGenLine(line)));
  });
});

describe("vale-ctl's lines", () => {
  test.each([
    ['vale0:b bridge_idx 0 port_idx 3', { kind: 'listed', name: 'vale0:b', switchIndex: 0, portIndex: 3 }],
    ['memsize:    42369024', { kind: 'geometry', field: 'memsize', value: 42369024 }],
    ['rx_rings    1', { kind: 'geometry', field: 'rx_rings', value: 1 }],
    ['bridge_idx: 2', { kind: 'index', of: 'switch', index: 2 }],
    ['port_idx:   4', { kind: 'index', of: 'port', index: 4 }],
    ['port_index: 4', { kind: 'index', of: 'port', index: 4 }],
    [
      'failed to attach vale0:nosuch: Invalid argument',
      { kind: 'failure', action: 'attach', name: 'vale0:nosuch', reason: 'Invalid argument' },
    ],
    [
      'failed to obtain info for nosuch: No such device or address',
      { kind: 'failure', action: 'obtain info', name: 'nosuch', reason: 'No such device or address' },
    ],
    ['', undefined],
    ['colors: 3', undefined],
  ])('%s', (line, event) => {
    expect(parseValeCtlLine(line)).toEqual(event);
  });

  test('hostile lines never throw', () => {
    fc.assert(fc.property(fc.string(), (line) => void parseValeCtlLine(line)));
  });
});

describe("nmstat's lines", () => {
  const ring = {
    dir: 'tx',
    ring: 0,
    slots: 1024,
    head: 0,
    cur: 0,
    tail: 1023,
    hwcur: 0,
    hwtail: 1023,
    packets: 3,
    bytes: 180,
    drops: 0,
    bad: 0,
    syncs: 1,
    wakeups: 0,
  };
  const sample = {
    ts_us: 5,
    engine: 'unetmap',
    ports: [{ name: 'vale0:a', kind: 'vale', mem_id: 2, users: 1, pid: 123, rings: [ring] }],
  };

  test('a line is a sample', () => {
    expect(parseNmstatLine(JSON.stringify(sample))).toEqual({ ok: true, value: sample });
  });

  test('a line may tell of VALE modules', () => {
    const module = {
      switch: 'vale0',
      name: 'router',
      state: 'died',
      pid: 9,
      frames: 4,
      refused: 1,
      nowhere: 0,
      wild: 2,
      last_words: 'Segmentation fault in lookup',
    };
    const line = JSON.stringify({ ...sample, modules: [module] });
    expect(parseNmstatLine(line)).toMatchObject({ ok: true, value: { modules: [module] } });
    expect(parseNmstatLine(line.replace('died', 'dancing')).ok).toBe(false);
  });

  test('the port of a network device says how it reaches it', () => {
    const nic = { ...sample.ports[0], name: 'veth0', kind: 'nic', backend: 'af_xdp' };
    expect(parseNmstatLine(JSON.stringify({ ...sample, ports: [nic] }))).toMatchObject({
      ok: true,
      value: { ports: [{ kind: 'nic', backend: 'af_xdp' }] },
    });
  });

  test.each(['', '{', '[]', '{"ts_us":1}', JSON.stringify({ ...sample, ports: [{ name: 1 }] })])(
    '%s is refused in words',
    (line) => {
      expect(parseNmstatLine(line)).toMatchObject({ ok: false, message: expect.stringContaining('nmstat') });
    },
  );

  test('hostile lines never throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void parseNmstatLine(line)));
  });
});
