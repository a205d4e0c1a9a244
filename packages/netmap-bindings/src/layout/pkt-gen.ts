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
    }
  /** What a sender sends, on stdout: addresses without ports. */
  | {
      readonly kind: 'addresses';
      readonly src: string;
      readonly dst: string;
      readonly srcMac: string;
      readonly dstMac: string;
    }
  /** Of a ping: once a second, and at its end (`final`) over all of it. */
  | {
      readonly kind: 'round-trips';
      readonly final: boolean;
      readonly packets: number;
      /** Undefined, as the average: nothing was measured, which netmap's own pkt-gen says of runs below a second. */
      readonly minNs: number | undefined;
      readonly averageNs: number | undefined;
    }
  /** The bounds of the histogram whose counts, one for each power of two, are the next line. */
  | { readonly kind: 'histogram'; readonly fromNs: number; readonly toNs: number }
  | { readonly kind: 'histogram-counts'; readonly counts: readonly number[] }
  /** A receiver of numbered packets (rxseq) missed some, or saw them out of order. */
  | { readonly kind: 'gap'; readonly expected: number; readonly found: number }
  /** Nothing came within a second, or nothing ever yet. */
  | { readonly kind: 'idle'; readonly ever: boolean }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failure'; readonly port: string; readonly reason: string };

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

const ADDRESSES = /^(\S+) -> (\S+) \(([0-9a-f:]{17}) -> ([0-9a-f:]{17})\)$/;
const ROUND_TRIPS = /(?:count (\d+) RTT:|RTT over (\d+) packets:) min (-1|\d+) av (\d+) ns$/;
const HISTOGRAM = /\] k: (\d+) \.\. (\d+)$/;
const HISTOGRAM_COUNTS = /^\t((?: *\d+)+)\s*$/;
const GAP = /Sequence (?:GAP|OUT OF ORDER): exp (\d+) found (\d+)/;
const IDLE = /\] (?:poll error on queue \d+: timeout|(waiting for initial packets), poll returns .*)$/;
const INTERRUPTED = /\] received control-C on thread /;
const FAILURE = /\] Unable to open (.+): (.+)$/;

const SCALES: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };
const ROLES: Readonly<Record<string, 'sending' | 'receiving' | 'working'>> = {
  'Sending on': 'sending',
  'Receiving from': 'receiving',
  'Working on': 'working',
};

/** Undefined for lines that say nothing of these. Never throws. Format: as netmap's own pkt-gen prints. */
export function parsePktGenLine(line: string): PktGenEvent | undefined {
  for (const parse of PARSERS) {
    const event = parse(line);
    if (event !== undefined) return event;
  }
  return undefined;
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

function parseAddresses(line: string): PktGenEvent | undefined {
  const [, src, dst, srcMac, dstMac] = ADDRESSES.exec(line) ?? [];
  if (src === undefined || dst === undefined || srcMac === undefined || dstMac === undefined)
    return undefined;
  return { kind: 'addresses', src, dst, srcMac, dstMac };
}

function parseRoundTrips(line: string): PktGenEvent | undefined {
  const found = ROUND_TRIPS.exec(line);
  if (found === null) return undefined;
  const [, soFar, all, minNs, averageNs] = found;
  const final = all !== undefined;
  const packets = Number(final ? all : soFar);
  const isMeasured = minNs !== '-1';
  return {
    kind: 'round-trips',
    final,
    packets,
    minNs: isMeasured ? Number(minNs) : undefined,
    averageNs: isMeasured ? Number(averageNs) : undefined,
  };
}

function parseHistogram(line: string): PktGenEvent | undefined {
  const [, from, to] = HISTOGRAM.exec(line) ?? [];
  if (from !== undefined) return { kind: 'histogram', fromNs: Number(from), toNs: Number(to) };
  const [, counts] = HISTOGRAM_COUNTS.exec(line) ?? [];
  return counts === undefined
    ? undefined
    : { kind: 'histogram-counts', counts: counts.trim().split(/ +/).map(Number) };
}

function parseIncident(line: string): PktGenEvent | undefined {
  const [, expected, found] = GAP.exec(line) ?? [];
  if (expected !== undefined) return { kind: 'gap', expected: Number(expected), found: Number(found) };
  const idle = IDLE.exec(line);
  if (idle !== null) return { kind: 'idle', ever: idle[1] === undefined };
  if (INTERRUPTED.test(line)) return { kind: 'interrupted' };
  const [, port, reason] = FAILURE.exec(line) ?? [];
  return port === undefined || reason === undefined ? undefined : { kind: 'failure', port, reason };
}

const PARSERS = [
  parseReport,
  parseStart,
  parseSummary,
  parseSpeed,
  parseAddresses,
  parseRoundTrips,
  parseHistogram,
  parseIncident,
] as const;
