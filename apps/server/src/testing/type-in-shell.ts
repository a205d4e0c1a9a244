// SPDX-License-Identifier: BSD-2-Clause
/**
 * An attendee for tests of servers in processes of their own: joins by the link, or comes back with the cookie, types a line
 * into a new shell of the lab, waits for what it prints, and prints the cookie.
 *
 *     node type-in-shell.ts LINK LAB LINE ANSWER [COOKIE]
 */
import { cookieOf } from './test-server.ts';
import { TestTab } from './test-tab.ts';

const PATIENCE_MS = 60_000;
const [link = '', lab = '', line = '', answer = '', known] = process.argv.slice(2);
const { origin, searchParams } = new URL(link);

async function join(): Promise<string> {
  const body = JSON.stringify({ code: searchParams.get('code'), name: 'Ada' });
  const headers = { 'Content-Type': 'application/json', Origin: origin };
  return cookieOf(await fetch(`${origin}/api/join`, { method: 'POST', body, headers }));
}

const cookie = known ?? (await join());
using tab = await TestTab.open({ origin, cookie });
const { terminalId } = await tab.request('terminal.open', { lab, cols: 80, rows: 24 });
await tab.request('terminal.attach', { terminalId, offset: 0 });
tab.type(terminalId, `${line}\n`);
await tab.printed(terminalId, answer, PATIENCE_MS);
console.log(cookie);
