// SPDX-License-Identifier: BSD-2-Clause
import {
  type CheckContext,
  defineChecks,
  describeFrame,
  type Frame,
  failed,
  firstFailure,
  frameBytes,
  type Program,
  packets,
  passed,
  sendThrough,
  type Traffic,
  type Verdict,
} from '@ringlab/labkit';

const { arp, cut, ethernet, ipv4, ping, tcp, toHex, udp, udp6 } = packets;

const PORTS = ['vale0:fw', 'vale1:fw'];
const TITLES = 'verdict direction protocol from ports to ports';
const OUTSIDE = '192.0.2.1';
const INSIDE = '10.1.0.10';

/** A frame, what the rules say about it, and the hint for a filter that says something else. */
interface Case {
  readonly frame: Frame;
  readonly passes: boolean;
  readonly hint: string;
}

const lets = (hint: string, frame: Frame): Case => ({ frame, passes: true, hint });
const drops = (hint: string, frame: Frame): Case => ({ frame, passes: false, hint });

const to = (dst: string, dport = 80): Frame => udp({ src: OUTSIDE, dst, dport, payload: dst, padTo: 60 });

interface Traffics {
  readonly inbound?: readonly Case[];
  readonly outbound?: readonly Case[];
}

async function judge(context: CheckContext, rules: readonly string[], cases: Traffics): Promise<Verdict> {
  return await pass(context, await startFirewall(context, rules), cases);
}

async function startFirewall(context: CheckContext, rules: readonly string[]): Promise<Program> {
  const folder = await context.put({ 'rules.txt': `# ${TITLES}\n${rules.join('\n')}\n` });
  const argv = ['./firewall', '-i', 'vale0:fw', '-o', 'vale1:fw', '-r', `${folder}/rules.txt`];
  return await context.startWithPorts(argv, PORTS);
}

async function pass(
  context: CheckContext,
  program: Program,
  { inbound = [], outbound = [] }: Traffics,
): Promise<Verdict> {
  const ways = [way('vale1:peer', 'vale0:peer', inbound), way('vale0:peer', 'vale1:peer', outbound)];
  const { captured } = await sendThrough(context, program, ways);
  return firstFailure(
    compare(inbound, captured['vale0:peer'] ?? []),
    compare(outbound, captured['vale1:peer'] ?? []),
  );
}

function way(into: string, outOf: string, cases: readonly Case[]): Traffic {
  const frames = cases.map(({ frame }) => frame);
  const expected = cases.filter(({ passes }) => passes).map(({ frame }) => frame);
  return { into, outOf, via: into.replace('peer', 'fw'), frames, expected };
}

/** The first frame that was not treated as it should be. */
function compare(cases: readonly Case[], captured: readonly Uint8Array[]): Verdict {
  const came = new Set(captured.map(toHex));
  const wrong = cases.find(({ frame, passes }) => came.has(toHex(frameBytes(frame))) !== passes);
  if (wrong !== undefined)
    return failed(
      `The firewall ${wrong.passes ? 'dropped' : 'let through'} ${describeFrame(frameBytes(wrong.frame))}.`,
      wrong.hint,
    );
  const expected = cases.filter(({ passes }) => passes).length;
  return captured.length === expected
    ? passed
    : failed(`${captured.length} frames came, of ${expected} that should have.`, 'changed');
}

const prefixes = (context: CheckContext) =>
  judge(
    context,
    [
      'pass in any any any 10.1.0.0/24 any',
      'pass in any any any 10.2.128.0/17 any',
      'pass in any any any 10.3.0.7/32 any',
      'pass in any 128.0.0.0/1 any 10.4.0.1/32 any',
    ],
    {
      inbound: [
        lets('prefix', to('10.1.0.0')),
        lets('prefix', to('10.1.0.255')),
        drops('prefix', to('10.1.1.0')),
        drops('prefix', to('10.0.255.255')),
        lets('prefix', to('10.2.128.0')),
        lets('prefix', to('10.2.255.1')),
        drops('prefix', to('10.2.127.255')),
        lets('prefix', to('10.3.0.7')),
        drops('prefix', to('10.3.0.6')),
        lets('prefix', udp({ src: '128.0.0.1', dst: '10.4.0.1', dport: 80 })),
        drops('prefix', udp({ src: '127.255.255.255', dst: '10.4.0.1', dport: 80 })),
        drops('prefix', udp({ src: INSIDE, dst: OUTSIDE, dport: 80 })),
      ],
    },
  );

const WEB = [
  'pass in tcp any any 10.1.0.0/24 80',
  'pass in udp any 5000-5009 10.1.0.0/24 8000-8003',
  'pass in icmp any any 10.1.0.0/24 any',
];

const ip = { src: OUTSIDE, dst: INSIDE };

const portsAndProtocols = (context: CheckContext) =>
  judge(context, WEB, {
    inbound: [
      drops('protocol', ipv4({ ...ip, protocol: 47 }, { kind: 'raw', bytes: new Uint8Array(30) })),
      lets('ports', tcp({ ...ip, dport: 80 })),
      drops('ports', tcp({ ...ip, dport: 81 })),
      drops('ports', tcp({ ...ip, dport: 8000, sport: 80 })),
      drops('protocol', udp({ ...ip, dport: 80 })),
      drops('protocol', tcp({ ...ip, dport: 8000, sport: 5000 })),
      lets('ports', udp({ ...ip, sport: 5000, dport: 8000 })),
      lets('ports', udp({ ...ip, sport: 5009, dport: 8003 })),
      drops('ports', udp({ ...ip, sport: 5010, dport: 8003 })),
      drops('ports', udp({ ...ip, sport: 5009, dport: 8004 })),
      drops('ports', udp({ ...ip, sport: 4999, dport: 8000 })),
      drops('ports', udp({ ...ip, sport: 8000, dport: 5000 })),
      lets('protocol', ping(ip)),
    ],
  });

const order = (context: CheckContext) =>
  judge(
    context,
    [
      'pass in udp any any 10.1.0.10/32 53',
      'drop in udp any any any 53',
      'pass in udp any any 10.1.0.0/24 any',
      'drop in any any any 10.1.0.20/32 any',
      'pass in icmp any any any any',
    ],
    {
      inbound: [
        lets('order', to(INSIDE, 53)),
        drops('order', to('10.1.0.11', 53)),
        lets('order', to('10.1.0.11', 54)),
        lets('order', to('10.1.0.20', 54)),
        drops('order', ping({ src: OUTSIDE, dst: '10.1.0.20' })),
        lets('order', ping(ip)),
        drops('default', to('10.9.0.1')),
        drops('default', tcp({ ...ip, dport: 80 })),
      ],
    },
  );

const bothWays = (context: CheckContext) =>
  judge(
    context,
    [
      'pass in tcp any any 10.1.0.0/24 80',
      'pass out any 10.1.0.0/24 any any any',
      'pass both icmp any any any any',
    ],
    {
      inbound: [
        lets('direction', tcp({ ...ip, dport: 80 })),
        drops('direction', udp({ src: '10.1.0.66', dst: INSIDE, dport: 9 })),
        lets('direction', ping(ip)),
        lets('arp', arp({ padTo: 60 })),
      ],
      outbound: [
        lets('direction', udp({ src: INSIDE, dst: OUTSIDE, dport: 53 })),
        lets('direction', ping({ src: INSIDE, dst: OUTSIDE })),
        drops('direction', tcp({ src: '10.9.0.1', dst: INSIDE, dport: 80 })),
        lets('arp', arp({ senderIp: INSIDE, padTo: 60 })),
      ],
    },
  );

const ALLOWED = tcp({ ...ip, dport: 80 });
const TAG = { id: 7, priority: 3 };
/** Options that read as ports 5000 and 80 where the ports of a plain header would be. */
const DECEIVING = Uint8Array.of(0x13, 0x88, 0x00, 0x50, 1, 1, 1, 0);

const tagsAndOptions = (context: CheckContext) =>
  judge(context, WEB, {
    inbound: [
      lets('vlan', tcp({ ...ip, dport: 80, vlans: [TAG] })),
      lets('vlan', tcp({ ...ip, dport: 80, vlans: [{ ...TAG, tagType: 0x88a8 }, { id: 8 }] })),
      drops('vlan', tcp({ ...ip, dport: 81, vlans: [TAG] })),
      lets('options', tcp({ ...ip, dport: 80, options: new Uint8Array(12).fill(1) })),
      lets('options', udp({ ...ip, sport: 5000, dport: 8001, options: new Uint8Array(40).fill(1) })),
      drops('options', tcp({ ...ip, sport: 9, dport: 22, options: DECEIVING })),
      drops('options', tcp({ ...ip, sport: 9, dport: 22, options: DECEIVING, vlans: [TAG] })),
      drops('not-ip', udp6({ dport: 80 })),
      drops('not-ip', ethernet(0x1234, frameBytes(ALLOWED).slice(14))),
    ],
  });

/** Without the padding that a NIC adds: 20 bytes of TCP are the last of the frame. */
const WHOLE_BYTES = frameBytes(ALLOWED).byteLength;
const SYN_AT_PORT_80 = frameBytes(ALLOWED).slice(34);

/** An IP packet of which only `inside` bytes are its own; the rest of the frame is padding that goes on like TCP to port 80. */
const hidden = (inside: number): Frame => tcp({ ...ip, dport: 80, totalLength: 20 + inside, id: inside });

const hostile = (context: CheckContext) =>
  judge(context, WEB, {
    inbound: [
      lets('runt', ALLOWED),
      ...Array.from({ length: WHOLE_BYTES - 14 }, (_, index) => drops('runt', cut(ALLOWED, 14 + index))),
      drops('runt', cut(tcp({ ...ip, dport: 80, vlans: [TAG] }), 17)),
      drops('runt', cut(tcp({ ...ip, dport: 80, vlans: [TAG] }), 36)),
      drops('lengths', tcp({ ...ip, dport: 80, totalLength: 1400 })),
      drops('lengths', tcp({ ...ip, dport: 80, totalLength: 41 })),
      drops('lengths', tcp({ ...ip, dport: 80, totalLength: 10 })),
      drops('lengths', tcp({ ...ip, dport: 80, headerWords: 4 })),
      drops('lengths', tcp({ ...ip, dport: 80, headerWords: 0 })),
      drops('lengths', tcp({ ...ip, dport: 80, headerWords: 15 })),
      drops('lengths', tcp({ ...ip, dport: 80, version: 6 })),
      drops('padding', hidden(0)),
      drops('padding', hidden(4)),
      drops('padding', hidden(19)),
      lets('runt', tcp({ ...ip, dport: 80, id: 999, padTo: 60 })),
    ],
  });

const fragment = (fragmentOffset: number, bytes: Uint8Array, protocol = 6, flags = 0): Frame =>
  ipv4({ ...ip, protocol, fragmentOffset, flags, id: fragmentOffset }, { kind: 'raw', bytes });

const fragments = (context: CheckContext) =>
  judge(context, ['pass in tcp any any 10.1.0.0/24 80', 'pass in udp any any 10.1.0.0/24 any'], {
    inbound: [
      lets('fragment-first', fragment(0, SYN_AT_PORT_80, 6, 1)),
      drops('fragment-ports', fragment(3, SYN_AT_PORT_80)),
      drops('fragment-ports', fragment(185, new Uint8Array(64))),
      lets('fragment-any', fragment(3, SYN_AT_PORT_80, 17)),
      lets('fragment-any', fragment(185, new Uint8Array(4), 17)),
      drops('fragment-tiny', fragment(0, SYN_AT_PORT_80.slice(0, 8), 6, 1)),
      drops('fragment-tiny', fragment(0, SYN_AT_PORT_80.slice(0, 4), 17, 1)),
    ],
  });

const inDoubt = (context: CheckContext) =>
  judge(context, ['drop in tcp any any any 23', 'pass in any any any any any'], {
    inbound: [
      drops('in-doubt', tcp({ ...ip, dport: 23 })),
      lets('in-doubt', tcp({ ...ip, dport: 24 })),
      drops('in-doubt', fragment(3, SYN_AT_PORT_80)),
      drops('overlap', fragment(1, SYN_AT_PORT_80.slice(8))),
      lets('in-doubt', fragment(3, SYN_AT_PORT_80, 17)),
      lets('in-doubt', ping(ip)),
    ],
  });

const question = (dport: number): Frame =>
  udp({ src: INSIDE, sport: 5000, dst: OUTSIDE, dport, payload: 'who is it?' });
const answer = (more: Partial<Parameters<typeof udp>[0]>): Frame =>
  udp({ src: OUTSIDE, sport: 53, dst: INSIDE, dport: 5000, payload: 'it is me', ...more });

/** One way after the other: before somebody has asked there are no answers. */
async function answers(context: CheckContext): Promise<Verdict> {
  const program = await startFirewall(context, [
    'pass out udp 10.1.0.0/24 any any 53',
    'pass in tcp any any any 22',
  ]);
  const unasked = [drops('unasked', answer({ id: 1 })), lets('ports', tcp({ ...ip, dport: 22 }))];
  const questions = [lets('ports', question(53)), drops('ports', question(54))];
  const answered = [
    lets('answers', answer({ id: 2 })),
    drops('unasked', answer({ id: 3, sport: 54 })),
    drops('unasked', answer({ id: 4, src: '192.0.2.2' })),
    drops('unasked', answer({ id: 5, dport: 5001 })),
    drops('unasked', answer({ id: 6, dst: '10.1.0.11' })),
    drops('unasked', tcp({ src: OUTSIDE, sport: 53, dst: INSIDE, dport: 5000 })),
  ];
  return firstFailure(
    await pass(context, program, { inbound: unasked }),
    await pass(context, program, { outbound: questions }),
    await pass(context, program, { inbound: answered }),
  );
}

export default defineChecks([
  {
    id: 'prefixes',
    title: 'Compares addresses with prefixes',
    sent: 'Packets from and to the first and the last address of prefixes of 1, 17, 24 and 32 bits, and to the neighbors of these.',
    expected: 'Those inside pass, those outside are dropped.',
    run: prefixes,
  },
  {
    id: 'ports-and-protocols',
    title: 'Tells ports and protocols apart',
    sent: 'TCP, UDP, ICMP and GRE, to and from ports at both ends of ranges and beside them.',
    expected: 'What a rule names passes, and nothing else.',
    after: ['prefixes'],
    run: portsAndProtocols,
  },
  {
    id: 'order',
    title: 'Obeys the first rule that matches',
    sent: 'Packets about which several rules say different things, and packets about which none says anything.',
    expected: 'The first rule decides. What no rule is about is dropped.',
    after: ['prefixes', 'ports-and-protocols'],
    run: order,
  },
  {
    id: 'both-ways',
    title: 'Knows where packets come from',
    sent: 'Traffic in both directions, to rules for one direction and for both.',
    expected: 'A rule for one direction says nothing about the other.',
    after: ['prefixes', 'ports-and-protocols'],
    run: bothWays,
  },
  {
    id: 'tags-and-options',
    title: 'Finds headers behind tags and options',
    sent: 'VLAN tags, two of them, IP options, options that look like ports, IPv6, and an unknown protocol.',
    expected: 'IPv4 is judged wherever it stands; the rest is dropped.',
    after: ['ports-and-protocols'],
    run: tagsAndOptions,
  },
  {
    id: 'hostile',
    title: 'Believes no length',
    sent: `${WHOLE_BYTES} frames: a good one cut at every byte, lengths that contradict each other, headers that are padding.`,
    expected: 'Only the whole ones pass.',
    after: ['ports-and-protocols'],
    run: hostile,
  },
  {
    id: 'fragments',
    title: 'Lets no fragment deceive it',
    sent: 'First fragments, later ones that look like a header, and first ones that end within theirs.',
    expected: 'A later fragment passes only where ports do not matter.',
    after: ['hostile'],
    run: fragments,
  },
  {
    id: 'in-doubt',
    title: 'Decides against what it cannot see',
    sent: 'Fragments of TCP, to rules that drop port 23 and let everything else pass.',
    expected: 'They are dropped, for they may be of port 23.',
    after: ['order', 'fragments'],
    run: inDoubt,
  },
  {
    id: 'answers',
    title: 'Lets answers in, and nothing else',
    sent: 'Packets from port 53 outside, before and after somebody inside has asked there, and their like from and to elsewhere.',
    expected: 'An answer to what has gone out comes in without a rule for it.',
    run: answers,
  },
]);
