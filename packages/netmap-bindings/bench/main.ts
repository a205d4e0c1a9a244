// SPDX-License-Identifier: BSD-2-Clause
// Prints a line of JSON: how many 60-byte packets a second a Node program receives and looks into, from pkt-gen over a
// VALE switch; beside it a raw socket in Node, fed by sendmmsg over a veth pair in a network namespace that exists for
// that long. Both receivers have a processor to themselves where there are two; median of the rounds.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const ROUNDS = 5;
const PERIOD_MS = 700;
const HERE = import.meta.dirname;
const BUILD = join(HERE, '../build/bench');
const UNETMAP = join(HERE, '../../unetmap/build/bin');
const PINNED = cpus().length > 1;
/** Even if this process is killed, none of those that it starts goes on. */
const BOUNDED = ['timeout', '20'];

const on = (cpu: number, argv: readonly string[]) =>
  PINNED ? ['taskset', '-c', String(cpu), ...BOUNDED, ...argv] : [...BOUNDED, ...argv];

function compile(): void {
  mkdirSync(BUILD, { recursive: true });
  const headers = join(dirname(process.execPath), '../include/node');
  const cc = (...args: readonly string[]) => execFileSync('cc', ['-O2', ...args], { stdio: 'inherit' });
  cc('-shared', '-fPIC', `-I${headers}`, '-o', join(BUILD, 'raw_socket.node'), join(HERE, 'raw_socket.c'));
  cc('-o', join(BUILD, 'raw_sender'), join(HERE, 'raw_sender.c'));
}

/** Lines of a process that must not outlive us. */
function start(argv: readonly string[], quiet: boolean): ChildProcess {
  const [program = '', ...args] = argv;
  const stdio = ['ignore', quiet ? 'ignore' : 'pipe', quiet ? 'ignore' : 'inherit'] as const;
  return spawn(program, args, { stdio: [...stdio] });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill();
  await ended(child);
}

/** Starts the sender when the receiver is ready, and returns the receiver's figure. */
async function transfer(receiver: readonly string[], sender?: readonly string[]): Promise<number> {
  const receiving = start(on(1, receiver), false);
  const lines = createInterface({ input: receiving.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  await lines.next();
  const sending = sender && start(on(0, sender), true);
  try {
    const rate = Number((await lines.next()).value);
    await ended(receiving);
    return rate;
  } finally {
    if (sending) await stop(sending);
  }
}

async function overNetmap(): Promise<number> {
  const region = mkdtempSync('/dev/shm/bindings-bench-');
  const generate = [join(UNETMAP, 'unetmap-run'), '--dir', region, join(UNETMAP, 'pkt-gen')];
  try {
    return await transfer(
      [process.execPath, join(HERE, 'netmap-receiver.ts'), 'vale0:rx', region, String(PERIOD_MS)],
      [...generate, '-i', 'vale0:tx', '-f', 'tx', '-w', '0'],
    );
  } finally {
    rmSync(region, { recursive: true, force: true });
  }
}

/** The namespace ends with its last process, and the devices with it. */
function overRawSocket(): Promise<number> {
  const veth = 'ip link add b0 type veth peer name b1 && ip link set b0 up && ip link set b1 up';
  const sender = on(0, [join(BUILD, 'raw_sender'), 'b0']).join(' ');
  const receiver = [process.execPath, join(HERE, 'raw-receiver.ts'), join(BUILD, 'raw_socket.node'), 'b1'];
  const script = `${veth} || exit 1; ${sender} & "$@" ${PERIOD_MS}; kill $!`;
  return transfer(['unshare', '-n', 'sh', '-c', script, 'sh', ...receiver]);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const mpps = (value: number) => Math.round(value / 1000) / 1000;

compile();
const rates: number[] = [];
const baselines: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  rates.push(await overNetmap());
  baselines.push(await overRawSocket());
  console.error(`  round ${round + 1}: ${mpps(rates.at(-1) ?? 0)} and ${mpps(baselines.at(-1) ?? 0)} Mpps`);
}
const [value, baseline] = [median(rates), median(baselines)];
const ratio = Math.round((value / baseline) * 10) / 10;
console.log(
  JSON.stringify({ name: 'bindings-rx', value: mpps(value), unit: 'Mpps', baseline: mpps(baseline), ratio }),
);
