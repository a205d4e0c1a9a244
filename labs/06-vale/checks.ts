// SPDX-License-Identifier: BSD-2-Clause
import {
  type CheckContext,
  defineChecks,
  type Frame,
  failed,
  firstFailure,
  frameBytes,
  packets,
  passed,
  requireRunning,
  strangeFrames,
  type Verdict,
} from '@ringlab/labkit';

const { udp } = packets;

/** The pipes' ends: the switch has one of each, and the check plays the stations behind the other. */
const HOSTS = ['a', 'b', 'c'] as const;
type Host = (typeof HOSTS)[number];
const ours = (host: Host) => `${host}{1`;
const theirs = (host: Host) => `${host}}1`;

const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';
const C = '02:00:00:00:00:0c';
const NOBODY = '02:00:00:00:00:99';
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const GROUP = '01:00:5e:00:00:07';
/** More than the table has places. */
const CROWD = 100;

function frame(srcMac: string, dstMac: string, payload = `${srcMac} to ${dstMac}`): Frame {
  return udp({ srcMac, dstMac, dport: 9, payload, padTo: 60 });
}

async function start(context: CheckContext, options: readonly string[] = []) {
  const ports = HOSTS.map((host) => `netmap:${theirs(host)}`);
  return await context.startWithPorts(['./switch', ...options, ...ports], HOSTS.map(theirs));
}

/** What came out where. */
type Arrivals = Readonly<Record<Host, readonly Uint8Array[]>>;

/**
 * Sends as the stations behind `host`, and gives what came out at the pipes. `copies`: how many frames that should be; a
 * switch that says too little is waited for until nothing moves any more.
 */
async function say(
  context: CheckContext,
  host: Host,
  frames: readonly Frame[],
  copies: number,
): Promise<Arrivals> {
  const before = await context.counters();
  const { captured } = await context.exchange({
    send: { [`netmap:${ours(host)}`]: frames },
    capture: HOSTS.map((each) => `netmap:${ours(each)}`),
    until: (now) =>
      now.total(theirs(host), 'rx', 'packets') - before.total(theirs(host), 'rx', 'packets') >=
        frames.length &&
      now.unread(theirs(host)) === 0 &&
      HOSTS.reduce(
        (sum, each) =>
          sum + now.total(ours(each), 'rx', 'packets') - before.total(ours(each), 'rx', 'packets'),
        0,
      ) >= copies,
  });
  const at = (each: Host) => captured[`netmap:${ours(each)}`] ?? [];
  return { a: at('a'), b: at('b'), c: at('c') };
}

const isEqual = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** Whether `sent` came out at these hosts and at no other. */
function cameOutAt(arrivals: Arrivals, sent: Frame, hosts: readonly Host[], hint: string): Verdict {
  const bytes = frameBytes(sent);
  const count = (host: Host) => arrivals[host].filter((one) => isEqual(one, bytes)).length;
  const wrong = HOSTS.filter((host) => count(host) !== (hosts.includes(host) ? 1 : 0));
  if (wrong.length === 0) return passed;
  const found = HOSTS.filter((host) => count(host) > 0);
  const words = (at: readonly Host[]) => (at.length === 0 ? 'nowhere' : `at ${at.join(' and ')}`);
  const twice = found.find((host) => count(host) > 1);
  if (twice !== undefined) return failed(`The frame came out ${count(twice)} times at ${twice}.`, hint);
  return failed(`The frame came out ${words(found)}; it should have come out ${words(hosts)}.`, hint);
}

async function floods(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  const sent = frame(A, NOBODY);
  const arrivals = await say(context, 'a', [sent], 2);
  requireRunning(program);
  return cameOutAt(arrivals, sent, ['b', 'c'], 'flood');
}

/** Whole as a switch sees it, which knows nothing of what is behind the addresses. */
const STRANGE = strangeFrames({ srcMac: A, dstMac: BROADCAST });

async function dropsRunts(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  const runts = Array.from({ length: 13 }, (_, bytes) => new Uint8Array(bytes + 1).fill(0xff));
  const whole = frame(A, NOBODY);
  const arrivals = await say(context, 'a', [...runts, whole], 2);
  requireRunning(program);
  const came = HOSTS.flatMap((host) => arrivals[host]).find(({ length }) => length < 14);
  if (came !== undefined) return failed(`A frame of ${came.length} bytes came out.`, 'runt');
  const flooded = cameOutAt(arrivals, whole, ['b', 'c'], 'flood');
  if (!flooded.passed) return flooded;
  const after = await say(context, 'a', STRANGE, 2 * STRANGE.length);
  requireRunning(program);
  return firstFailure(...STRANGE.map((one) => cameOutAt(after, one, ['b', 'c'], 'strange')));
}

async function learns(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  await say(context, 'b', [frame(B, NOBODY)], 2);
  await say(context, 'c', [frame(C, NOBODY)], 2);
  const [toB, toC] = [frame(A, B), frame(A, C)];
  const arrivals = await say(context, 'a', [toB, toC], 2);
  requireRunning(program);
  const verdict = cameOutAt(arrivals, toB, ['b'], 'learn');
  return verdict.passed ? cameOutAt(arrivals, toC, ['c'], 'learn') : verdict;
}

async function filters(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  const toNeighbor = frame(B, A);
  const marker = frame(A, BROADCAST, 'marker');
  const arrivals = await say(context, 'a', [frame(A, NOBODY), toNeighbor, marker], 4);
  requireRunning(program);
  return cameOutAt(arrivals, toNeighbor, [], 'filter');
}

async function groups(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  await say(context, 'b', [frame(GROUP, NOBODY), frame(BROADCAST, NOBODY)], 4);
  const [toGroup, toAll] = [frame(A, GROUP), frame(A, BROADCAST)];
  const arrivals = await say(context, 'a', [toGroup, toAll], 4);
  requireRunning(program);
  const verdict = cameOutAt(arrivals, toAll, ['b', 'c'], 'group');
  return verdict.passed ? cameOutAt(arrivals, toGroup, ['b', 'c'], 'group') : verdict;
}

async function follows(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  await say(context, 'b', [frame(B, NOBODY)], 2);
  await say(context, 'c', [frame(B, NOBODY)], 2);
  const sent = frame(A, B);
  const arrivals = await say(context, 'a', [sent], 1);
  requireRunning(program);
  return cameOutAt(arrivals, sent, ['c'], 'follow');
}

async function forgets(context: CheckContext): Promise<Verdict> {
  const program = await start(context, ['-a', '1']);
  await say(context, 'b', [frame(B, NOBODY)], 2);
  await context.pause(1500);
  const sent = frame(A, B);
  const arrivals = await say(context, 'a', [sent], 2);
  requireRunning(program);
  return cameOutAt(arrivals, sent, ['b', 'c'], 'forget');
}

async function findsRoom(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  const mac = (index: number) => `02:00:00:00:01:${index.toString(16).padStart(2, '0')}`;
  const crowd = Array.from({ length: CROWD }, (_, index) => frame(mac(index), NOBODY));
  await say(context, 'b', crowd.slice(0, -1), 2 * (CROWD - 1));
  await say(context, 'b', crowd.slice(-1), 2);
  const sent = frame(A, mac(CROWD - 1));
  const arrivals = await say(context, 'a', [sent], 1);
  requireRunning(program);
  return cameOutAt(arrivals, sent, ['b'], 'room');
}

async function harmsItself(context: CheckContext): Promise<Verdict> {
  const program = await start(context);
  const mac = (index: number) => `02:00:00:00:02:${index.toString(16).padStart(2, '0')}`;
  await say(context, 'a', [frame(A, NOBODY)], 2);
  const crowd = Array.from({ length: CROWD }, (_, index) => frame(mac(index), NOBODY));
  // The last one is younger than the others, by more than a clock of milliseconds sees.
  await say(context, 'b', crowd.slice(0, -1), 2 * (CROWD - 1));
  await say(context, 'b', crowd.slice(-1), 2);
  const [toA, toLast] = [frame(C, A), frame(C, mac(CROWD - 1))];
  const arrivals = await say(context, 'c', [toA, toLast], 2);
  requireRunning(program);
  return firstFailure(cameOutAt(arrivals, toA, ['a'], 'harm'), cameOutAt(arrivals, toLast, ['b'], 'harm'));
}

const VALE_PORTS = ['p0', 'p1', 'p2'];

async function hasPorts(context: CheckContext): Promise<Verdict> {
  const script = await context.start(['sh', 'build-switch.sh']);
  await script.exit;
  const listed = await portsOfVale9(context);
  await takeDown(context);
  const missing = VALE_PORTS.filter((port) => !listed.includes(port));
  if (missing.length === 0) return passed;
  const there = listed.length === 0 ? 'no port' : listed.join(', ');
  return failed(`vale9 has ${there}. Missing: ${missing.join(', ')}.`, 'attach');
}

/** The switch is the check's own, so that who has not built one is judged, too. */
async function takesOff(context: CheckContext): Promise<Verdict> {
  for (const port of VALE_PORTS) {
    await (await context.start(['vale-ctl', '-n', port])).exit;
    await (await context.start(['vale-ctl', '-a', `vale9:${port}`])).exit;
  }
  await (await context.start(['sh', 'unplug.sh'])).exit;
  const listed = (await portsOfVale9(context)).filter((port) => VALE_PORTS.includes(port));
  const again = await context.start(['vale-ctl', '-a', 'vale8:p1']);
  await again.exit;
  await (await context.start(['vale-ctl', '-d', 'vale8:p1'])).exit;
  await takeDown(context);
  if (listed.join(' ') !== 'p0 p2')
    return failed(`vale9 has ${listed.length === 0 ? 'no port' : listed.join(', ')}.`, 'detach');
  const isLeft = again.ended?.code === 0;
  return isLeft ? passed : failed('p1 is gone: it cannot be attached to vale8.', 'detach');
}

async function portsOfVale9(context: CheckContext): Promise<string[]> {
  const list = await context.start(['vale-ctl']);
  await list.exit;
  return list
    .matches(/\bvale9:(\S+)/)
    .map((found) => found[1] ?? '')
    .toSorted();
}

/** Ports that stay would still be there in the next check. */
async function takeDown(context: CheckContext): Promise<void> {
  for (const port of VALE_PORTS) {
    await (await context.start(['vale-ctl', '-d', `vale9:${port}`])).exit;
    await (await context.start(['vale-ctl', '-r', port])).exit;
  }
}

export default defineChecks([
  {
    id: 'floods',
    title: 'Floods what it knows nothing about',
    sent: 'A frame from a to an address that never spoke.',
    expected: 'It comes out at b and c, once each, and not at a.',
    run: floods,
  },
  {
    id: 'drops-runts',
    title: 'Drops what is too short',
    sent: 'Frames of 1 to 13 bytes, and a whole one; then VLAN tags, IP options, fragments, frames cut short, lengths that lie.',
    expected: 'What has 14 bytes or more comes out at b and c, and nothing else.',
    after: ['floods'],
    run: dropsRunts,
  },
  {
    id: 'learns',
    title: 'Learns where stations are',
    sent: 'A frame from b and one from c, then frames from a to both.',
    expected: 'Each of the two comes out at its own station alone.',
    after: ['floods'],
    run: learns,
  },
  {
    id: 'filters',
    title: 'Leaves neighbors to themselves',
    sent: 'A frame between two stations that are both behind a.',
    expected: 'It comes out nowhere: it has arrived already.',
    after: ['learns'],
    run: filters,
  },
  {
    id: 'groups',
    title: 'Is not deceived by groups',
    sent: 'Frames that claim to be from broadcast and from a multicast group, then frames to these two.',
    expected: 'What goes to a group comes out at b and c.',
    after: ['floods'],
    run: groups,
  },
  {
    id: 'follows',
    title: 'Follows a station that moves',
    sent: 'Frames from one address, first behind b, then behind c, and a frame to it.',
    expected: 'It comes out at c alone.',
    after: ['learns'],
    run: follows,
  },
  {
    id: 'forgets',
    title: 'Forgets who is silent',
    sent: 'With -a 1: a frame from b, a pause of 1.5 seconds, and a frame to b.',
    expected: 'It comes out at b and c.',
    after: ['learns'],
    run: forgets,
  },
  {
    id: 'finds-room',
    title: 'Finds room for one more',
    sent: `Frames from ${CROWD} stations behind b, and one to the last of them.`,
    expected: 'It comes out at b alone.',
    after: ['learns'],
    run: findsRoom,
  },
  {
    id: 'has-ports',
    title: 'Builds vale9 with three ports',
    sent: 'Nothing. build-switch.sh is run, and vale-ctl asked.',
    expected: 'vale9 has the ports p0, p1 and p2.',
    run: hasPorts,
  },
  {
    id: 'takes-off',
    title: 'Takes p1 off vale9',
    sent: 'Nothing. p0, p1 and p2 are put on vale9, unplug.sh is run, and vale-ctl asked.',
    expected: 'vale9 has p0 and p2, and p1 can be attached to another switch.',
    run: takesOff,
  },
  {
    id: 'harms-itself',
    title: 'Lets a flood of stations harm only its own port',
    sent: `A frame from a, then frames from ${CROWD} stations behind b, and two from c: to a, and to the last of the crowd.`,
    expected: 'The first comes out at a alone, the second at b alone.',
    run: harmsItself,
  },
]);
