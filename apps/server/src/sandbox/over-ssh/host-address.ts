// SPDX-License-Identifier: BSD-2-Clause

import { readFile } from 'node:fs/promises';
import { SandboxError } from '@ringlab/labkit';

/** Whom to log in as, and where. */
export interface HostAddress {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

const PATTERN = /^(?<user>[^@\s]+)@(?<host>[^:\s]+|\[[^\]\s]+\])(?::(?<port>\d{1,5}))?$/;

/** From `user@host` or `user@host:port`; undefined for anything else. */
export function parseHost(text: string): HostAddress | undefined {
  const { user, host, port } = PATTERN.exec(text.trim())?.groups ?? {};
  if (user === undefined || host === undefined || Number(port ?? 22) > 65_535) return undefined;
  return { user, host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? 22) };
}

export function inWords({ host, port }: HostAddress): string {
  return port === 22 ? host : `${host}:${port}`;
}

/**
 * The keys that a known_hosts file pins to a host, each `type base64`. Names in plain text only, as ssh-keyscan writes
 * them. Rejects with SandboxError when there is none: an unknown host is not talked to.
 */
export async function pinnedKeys(path: string, address: HostAddress): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const name = address.port === 22 ? address.host : `[${address.host}]:${address.port}`;
  const keys = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([names]) => names?.split(',').includes(name))
    .map(([, type, key]) => `${type} ${key}`);
  if (keys.length > 0) return keys;
  throw new SandboxError(
    `No key of ${inWords(address)} is pinned in ${path}. Add it after comparing it with the host's own: ssh-keyscan -p ${address.port} ${address.host} >> ${path}`,
  );
}
