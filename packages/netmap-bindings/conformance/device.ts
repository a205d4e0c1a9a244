// SPDX-License-Identifier: BSD-2-Clause
// netmap's device by its system calls, with structures by the tables of this package.
import { readdirSync, readlinkSync } from 'node:fs';
import {
  DEVICE_STRUCTURES,
  type Decoded,
  decodeStructure,
  encodeStructure,
  NETMAP,
  NETMAP_IOCTL,
  type Structure,
} from '@ringlab/netmap-bindings/layout';
import type { Registration } from '../src/port/registration.ts';
import { addressOf, ask, call, errnoName } from './calls.ts';

/** Linux's numbers. */
export const O = { RDONLY: 0, RDWR: 2, NONBLOCK: 0o4000, CLOEXEC: 0o2000000 } as const;
export const PROT = { READ: 1, WRITE: 2 } as const;
export const MAP = { SHARED: 1, PRIVATE: 2 } as const;
export const FAILED = -1;

export const openDevice = (flags: number = O.RDWR): number => call('open', '/dev/netmap', flags);

/** A NIOCCTRL request; `header` is for what cases get wrong on purpose. */
export interface Request {
  readonly fd: number;
  readonly name?: string;
  readonly type: number;
  readonly body?: Uint8Array | number;
  readonly options?: Uint8Array | number;
  readonly header?: Partial<Decoded<typeof DEVICE_STRUCTURES.nmreq_header>>;
}

const whereIs = (what: Uint8Array | number = 0) => BigInt(typeof what === 'number' ? what : addressOf(what));

/** 0 or errno's name, and the header as it came back. */
export function control({ fd, name = '', type, body, options, header = {} }: Request) {
  const bytes = encodeStructure(DEVICE_STRUCTURES.nmreq_header, {
    nr_version: NETMAP.NETMAP_API,
    nr_reqtype: type,
    nr_name: name,
    nr_body: whereIs(body),
    nr_options: whereIs(options),
    ...header,
  });
  const rc = ask('ioctl', fd, NETMAP_IOCTL.NIOCCTRL, bytes);
  return { rc, header: decodeStructure(DEVICE_STRUCTURES.nmreq_header, bytes) };
}

/** The same with a body of named fields, which come back decoded. */
export function controlWith<S extends Structure>(
  request: Omit<Request, 'body'>,
  structure: S,
  values: Partial<Decoded<S>> = {},
) {
  const body = encodeStructure(structure, values);
  const { rc, header } = control({ ...request, body });
  return { rc, header, reply: decodeStructure(structure, body) };
}

export const requestRegister = (fd: number, name: string, wanted: Partial<Registration> = {}) =>
  controlWith({ fd, name, type: NETMAP.NETMAP_REQ_REGISTER }, DEVICE_STRUCTURES.nmreq_register, {
    nr_mode: NETMAP.NR_REG_ALL_NIC,
    ...wanted,
  });

/** NIOCREGIF or NIOCGINFO. */
export function legacy(
  fd: number,
  request: 'NIOCREGIF' | 'NIOCGINFO',
  values: Partial<Decoded<typeof DEVICE_STRUCTURES.nmreq>>,
) {
  const bytes = encodeStructure(DEVICE_STRUCTURES.nmreq, { nr_version: NETMAP.NETMAP_API, ...values });
  const rc = ask('ioctl', fd, NETMAP_IOCTL[request], bytes);
  return { rc, reply: decodeStructure(DEVICE_STRUCTURES.nmreq, bytes) };
}

/** "ok" or errno's name; the port is closed again. */
export function tryRegister(
  name: string,
  nr_mode: number = NETMAP.NR_REG_ALL_NIC,
  nr_ringid = 0,
  flags = 0n,
) {
  const fd = openDevice();
  const { rc } = requestRegister(fd, name, { nr_mode, nr_ringid, nr_flags: flags });
  call('close', fd);
  return rc === 0 ? 'ok' : rc;
}

export function tryLegacy(name: string, nr_ringid: number, nr_flags: number) {
  const fd = openDevice();
  const { rc } = legacy(fd, 'NIOCREGIF', { nr_name: name, nr_ringid, nr_flags });
  call('close', fd);
  return rc === 0 ? 'ok' : rc;
}

/** Whether a port is on a switch right now, by walking all of them. */
export function isListed(name: string): number {
  const fd = openDevice();
  let reply = { nr_bridge_idx: 0, nr_port_idx: 0 };
  let found = 0;
  for (;;) {
    const listed = listFrom(fd, '', reply);
    if (listed.rc !== 0) break;
    if (listed.header.nr_name === name) found = 1;
    reply = { ...listed.reply, nr_port_idx: listed.reply.nr_port_idx + 1 };
  }
  call('close', fd);
  return found;
}

export const listFrom = (fd: number, name: string, from: { nr_bridge_idx: number; nr_port_idx: number }) =>
  controlWith({ fd, name, type: NETMAP.NETMAP_REQ_VALE_LIST }, DEVICE_STRUCTURES.nmreq_vale_list, {
    nr_bridge_idx: from.nr_bridge_idx,
    nr_port_idx: from.nr_port_idx,
  });

const POLL_BITS = { IN: 1, OUT: 4, PRI: 2, ERR: 8, HUP: 16, NVAL: 32, RDNORM: 64, WRNORM: 256 } as const;
export const POLL = POLL_BITS;

/** poll's own structures. */
export const pollfds = (...asked: readonly (readonly [fd: number, events: number])[]) =>
  Int32Array.from(asked.flat());

/** What poll found in the entry of that number, as the cases write it. */
export function revents(fds: Int32Array, at = 0, result = 0): string {
  const bits = (fds[at * 2 + 1] ?? 0) >>> 16;
  const names = Object.entries(POLL_BITS).filter(([, bit]) => (bits & bit) !== 0);
  return [String(result), ...names.map(([name]) => name)].join('|');
}

export function poll(fd: number, events: number, timeoutMs = 0): string {
  const fds = pollfds([fd, events]);
  return revents(fds, 0, call('poll', fds, 1, timeoutMs));
}

/** "ok" or errno's name. */
export const mapped = (address: number): string => (address === FAILED ? errnoName() : 'ok');

const cleanups: (() => void | Promise<void>)[] = [];

/** To be done when the case is over, last first. */
export function afterwards(undo: () => void | Promise<void>): void {
  cleanups.push(undo);
}

/** Everything that a case has left open: the C program that was recorded ends here. */
export async function endCase(): Promise<void> {
  for (const undo of cleanups.splice(0).reverse()) await undo();
  for (const fd of netmapDescriptors()) call('close', fd);
}

function netmapDescriptors(): number[] {
  const target = (fd: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  };
  const region = process.env.UNETMAP_DIR ?? '/dev/netmap';
  return readdirSync('/proc/self/fd')
    .filter((fd) => target(fd).startsWith(region))
    .map(Number);
}
