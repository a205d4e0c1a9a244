// SPDX-License-Identifier: BSD-2-Clause
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/**
 * Under which hosts browsers may reach this server: addresses, this machine's names and those configured. Other names
 * are refused, for a page elsewhere can make its own name point here (DNS rebinding).
 */
export class OriginPolicy {
  readonly #publicOrigins: ReadonlySet<string>;
  readonly #publicHosts: ReadonlySet<string>;
  readonly #names: ReadonlySet<string>;

  constructor(publicOrigins: readonly string[], listenHost: string) {
    this.#publicOrigins = new Set(publicOrigins);
    this.#publicHosts = new Set(publicOrigins.map((origin) => new URL(origin).host));
    const machine = hostname().toLowerCase();
    this.#names = new Set(['localhost', machine, `${machine}.local`, listenHost.toLowerCase()]);
  }

  isKnownHost(host: string | undefined): boolean {
    if (host === undefined) return false;
    if (this.#publicHosts.has(host)) return true;
    const name = hostNameOf(host);
    return name !== undefined && (isIP(name) !== 0 || this.#names.has(name));
  }

  /** May this request change something, or open a socket? Browsers say where it comes from; programs need not. */
  isSameOrigin({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
    if (origin === undefined) return site === undefined || site === 'same-origin' || site === 'none';
    if (this.#publicOrigins.has(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  }
}

function hostNameOf(host: string): string | undefined {
  if (!URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '').toLowerCase();
}
