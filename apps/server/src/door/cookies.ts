// SPDX-License-Identifier: BSD-2-Clause
import { parseCookie, stringifySetCookie } from 'cookie';

/** Who this browser is. */
const SESSION_COOKIE = 'ringlab_session';
/** Who this browser was before, newest first: with it a person who left and joins again gets their work back. */
const FORMER_COOKIE = 'ringlab_former';
const FORMER_TOKENS = 6;
const DAY_SECONDS = 24 * 60 * 60;

export interface BrowserTokens {
  readonly session: string | undefined;
  readonly former: readonly string[];
}

export function readTokens(header: string | undefined): BrowserTokens {
  const cookies = parseCookie(header ?? '');
  const former = (cookies[FORMER_COOKIE] ?? '').split('.').filter((token) => token !== '');
  return { session: cookies[SESSION_COOKIE], former: former.slice(0, FORMER_TOKENS) };
}

/** `Set-Cookie` headers after which the browser is `session` (nobody: undefined) and remembers who it was. */
export function tokenCookies(
  session: string | undefined,
  before: BrowserTokens,
  days: number,
  secure: boolean,
): string[] {
  const former = [before.session, ...before.former].filter(
    (token) => token !== undefined && token !== session,
  );
  const remembered = [...new Set(former)].slice(0, FORMER_TOKENS).join('.');
  return [
    cookie(SESSION_COOKIE, session ?? '', '/', session === undefined ? 0 : days, secure),
    cookie(FORMER_COOKIE, remembered, '/api/join', days, secure),
  ];
}

function cookie(name: string, value: string, path: string, days: number, secure: boolean): string {
  return stringifySetCookie({
    name,
    value,
    path,
    maxAge: days * DAY_SECONDS,
    httpOnly: true,
    sameSite: 'strict',
    secure,
  });
}
