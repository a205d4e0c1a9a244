// SPDX-License-Identifier: BSD-2-Clause
import { type CheckContext, defineChecks, failed, packets, passed, type Verdict } from '@ringlab/labkit';

const PORT = 'vale0:count';
const SENDER = 'vale0:gen';
const SENT = 100;

/** Sends packets to the program, ends it, and reads from its last line how many it counted. */
async function counts(context: CheckContext): Promise<Verdict> {
  const program = await context.startWithPorts(['./count', PORT], [PORT]);
  const frames = Array.from({ length: SENT }, () => packets.udp({ dport: 8000 }));
  const { settled } = await context.exchange({
    send: { [SENDER]: frames },
    until: (counters) => counters.total(PORT, 'rx', 'packets') >= SENT && counters.unread(PORT) === 0,
  });
  if (!settled) return failed('Packets stay in the ring: slots are not given back.', 'head');
  await program.stop();
  const counted = program.matches(/counted (\d+) packets/).at(-1)?.[1];
  if (counted === String(SENT)) return passed;
  return failed(`The program counted ${counted ?? 'no'} packets.`, 'loop');
}

export default defineChecks([
  {
    id: 'counts',
    title: 'Counts every packet',
    sent: `${SENT} UDP packets.`,
    expected: `The program says at its end that it counted ${SENT}.`,
    run: counts,
  },
]);
