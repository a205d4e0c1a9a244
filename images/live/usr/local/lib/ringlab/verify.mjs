// SPDX-License-Identifier: BSD-2-Clause
// In the booted live image, for `pnpm images verify`: the server answers, a lab's solution passes in a sandbox, a browser
// opens, in which somebody joins the course, and what is made here is kept. The last line that is printed is the report.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

const WAIT_MS = 3_600_000;
const LAB = '03-sink';
const KEPT = '/run/ringlab-live/kept';
const COURSE = '/var/lib/ringlab/course';
/** The browser's user, and the server's port, as the kernel writes them in /proc/net/tcp. */
const ATTENDEE = '1000';
const SERVER = '0100007F:1F90';
const ESTABLISHED = '01';

const startedMs = Date.now();
const isUp = await until(() => healthy());
console.log(`health ${isUp}`);
const found = existsSync('/var/lib/ringlab/proved');
const lab = spawnSync(process.execPath, ['apps/server/src/labs.ts', 'verify', '--solution', LAB], {
  encoding: 'utf8',
});
console.log(`${lab.stdout}${lab.stderr}`.trim());
writeFileSync('/run/ringlab-live/proved', '');
spawnSync('systemctl', ['start', '--no-block', 'ringlab-kiosk.service']);
const browser = await until(() => hasBrowser());
console.log(`browser ${browser}`);
const joined = await until(() => lastSeenMs() > startedMs);
keep('/var/lib/ringlab/proved');
const work = readFileSync(KEPT, 'utf8').trim();
console.log(`report ${JSON.stringify({ isUp, work, found, lab: lab.status === 0, browser, joined })}`);

async function healthy() {
  const answer = await fetch('http://127.0.0.1:8080/api/health').catch(() => undefined);
  return answer?.ok === true;
}

/** Whether the browser, as the only program of its user outside of sandboxes, talks to the server. */
function hasBrowser() {
  const sockets = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return sockets.some(
    (fields) => fields[2] === SERVER && fields[3] === ESTABLISHED && fields[7] === ATTENDEE,
  );
}

/** When the server last heard of somebody in the course; 0 for never. It keeps its database to itself: a copy is read. */
function lastSeenMs() {
  const folder = mkdtempSync('/tmp/course-');
  try {
    const copy = `${folder}/course.sqlite`;
    for (const end of ['', '-wal'])
      if (existsSync(`${COURSE}/ringlab.sqlite${end}`))
        copyFileSync(`${COURSE}/ringlab.sqlite${end}`, `${copy}${end}`);
    const database = new DatabaseSync(copy);
    const { last } = database.prepare('SELECT max(last_seen_ms) AS last FROM people').get();
    database.close();
    return Number(last ?? 0);
  } catch {
    // Copied while it was written.
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** On the disk, not on the way there: the machine is switched off without a word. */
function keep(path) {
  const file = openSync(path, 'w');
  fsyncSync(file);
  closeSync(file);
  spawnSync('sync');
}

async function until(holds) {
  for (const untilMs = Date.now() + WAIT_MS; Date.now() < untilMs; await setTimeout(1000))
    if (await holds()) return true;
  return false;
}
