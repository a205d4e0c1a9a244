// SPDX-License-Identifier: BSD-2-Clause

/** What one line of pkt-gen's output says. */
export type PktGenEvent =
  | {
      readonly kind: 'start';
      readonly role: 'sending' | 'receiving' | 'working';
      readonly port: string;
      readonly queues: number;
      readonly threads: number;
      readonly cpus: number;
    }
  /** Once a period, on stderr. */
  | {
      readonly kind: 'report';
      readonly ratePps: number;
      readonly packets: number;
      readonly rateBps: number;
      readonly periodUs: number;
      readonly averageBatch: number;
      /** 99999 when there was no sample in the period. */
      readonly minSpace: number;
    }
  /** At the end, on stdout; all zero for "Sent nothing." */
  | {
      readonly kind: 'summary';
      readonly direction: 'sent' | 'received';
      readonly packets: number;
      readonly bytes: number;
      readonly events: number;
      readonly seconds: number;
    }
  | {
      readonly kind: 'speed';
      readonly ratePps: number;
      readonly rateBps: number;
      readonly rawBps: number;
      readonly averageBatch: number;
    };

const NUMBER = String.raw`(\d+(?:\.\d+)?)`;
const SCALED = `${NUMBER} ?([KMG]?)`;
const START = /^(Sending on|Receiving from|Working on) (.+): (\d+) queues, (\d+) threads and (\d+) cpus\.$/;
const REPORT = new RegExp(
  `main_thread \\[\\d+\\] ${SCALED}pps (?:\\[avg/std[^\\]]*\\] ?)?\\(${SCALED}pkts ${SCALED}bps in (\\d+) usec\\) ` +
    `${NUMBER} avg_batch (\\d+) min_space`,
);
const SUMMARY = new RegExp(
  `^(Sent|Received) (\\d+) packets (\\d+) bytes (\\d+) events .* in ${NUMBER} seconds\\.$`,
);
const NOTHING = /^(Sent|Received) nothing\.$/;
const SPEED = new RegExp(
  `^Speed: ${SCALED}pps Bandwidth: ${SCALED}bps \\(raw ${SCALED}bps\\)\\. Average batch: ${NUMBER} pkts$`,
);

const SCALES: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };
const ROLES: Readonly<Record<string, 'sending' | 'receiving' | 'working'>> = {
  'Sending on': 'sending',
  'Receiving from': 'receiving',
  'Working on': 'working',
};

/** Undefined for lines that say nothing countable. Never throws. Format: netmap/facts, observed output of pkt-gen. */
export function parsePktGenLine(line: string): PktGenEvent | undefined {
  return parseStart(line) ?? parseReport(line) ?? parseSummary(line) ?? parseSpeed(line);
}

function parseStart(line: string): PktGenEvent | undefined {
  const [, words = '', port = '', queues, threads, cpus] = START.exec(line) ?? [];
  const role = ROLES[words];
  if (role === undefined) return undefined;
  return { kind: 'start', role, port, queues: Number(queues), threads: Number(threads), cpus: Number(cpus) };
}

function parseReport(line: string): PktGenEvent | undefined {
  const found = REPORT.exec(line);
  if (found === null) return undefined;
  const [, pps, ppsScale, packets, packetsScale, bps, bpsScale, periodUs, averageBatch, minSpace] = found;
  return {
    kind: 'report',
    ratePps: scaled(pps, ppsScale),
    packets: scaled(packets, packetsScale),
    rateBps: scaled(bps, bpsScale),
    periodUs: Number(periodUs),
    averageBatch: Number(averageBatch),
    minSpace: Number(minSpace),
  };
}

function parseSummary(line: string): PktGenEvent | undefined {
  const [, word, packets = '0', bytes = '0', events = '0', seconds = '0'] =
    SUMMARY.exec(line) ?? NOTHING.exec(line) ?? [];
  if (word === undefined) return undefined;
  const direction = word === 'Sent' ? 'sent' : 'received';
  return {
    kind: 'summary',
    direction,
    packets: Number(packets),
    bytes: Number(bytes),
    events: Number(events),
    seconds: Number(seconds),
  };
}

function parseSpeed(line: string): PktGenEvent | undefined {
  const found = SPEED.exec(line);
  if (found === null) return undefined;
  const [, pps, ppsScale, bps, bpsScale, raw, rawScale, averageBatch] = found;
  return {
    kind: 'speed',
    ratePps: scaled(pps, ppsScale),
    rateBps: scaled(bps, bpsScale),
    rawBps: scaled(raw, rawScale),
    averageBatch: Number(averageBatch),
  };
}

function scaled(digits: string | undefined, prefix: string | undefined): number {
  // Printed with three decimals at most, so that anything finer comes from the multiplication.
  return Math.round(Number(digits) * (SCALES[prefix ?? ''] ?? 1) * 1000) / 1000;
}
