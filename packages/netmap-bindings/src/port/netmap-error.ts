// SPDX-License-Identifier: BSD-2-Clause
import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';

/** What the system said. `call` is the call that failed: `open`, `NIOCCTRL register`, `mmap`, `NIOCTXSYNC`, ... */
export interface Refusal {
  readonly errno: number;
  readonly code: string;
  readonly call: string;
  readonly detail?: string;
}

/** A call on a port failed. `errno` is positive, as in C; `code` is its name, such as `EBUSY`. */
export class NetmapError extends Error {
  override readonly name = 'NetmapError';
  readonly errno: number;
  readonly code: string;
  readonly call: string;
  readonly port: string;

  constructor(port: string, refusal: Refusal) {
    super(words(port, refusal));
    this.errno = refusal.errno;
    this.code = refusal.code;
    this.call = refusal.call;
    this.port = port;
  }
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'errno' in value && 'call' in value;
}

/** The refusal that `errno` of this call makes. */
export function refusal(errno: number, call: string, detail = ''): Refusal {
  const [code = `E${errno}`] = Object.entries(constants.errno).find(([, number]) => number === errno) ?? [];
  return { errno, code, call, detail };
}

const ADVICE: Readonly<Record<string, string>> = {
  'open ENOENT':
    'there is no /dev/netmap. Load the netmap kernel module, run this program under unetmap-run, or name a region directory (the option `region`, or UNETMAP_DIR)',
  'open EACCES': 'this user may not open /dev/netmap',
  'dlopen ELIBACC': 'libunetmap.so cannot be loaded; name it with the option `library`',
  'unetmap_region EBUSY': 'this process already uses another region directory',
  'NIOCCTRL register EBUSY': 'the port is in use exclusively, or asked for exclusively while in use',
};

function words(port: string, { errno, code, call, detail = '' }: Refusal): string {
  const advice = ADVICE[`${call} ${code}`];
  const reason = advice ?? (detail === '' ? getSystemErrorMessage(-errno) : detail);
  const more = advice !== undefined && detail !== '' ? ` (${detail})` : '';
  return `${port}: ${call}: ${code}: ${reason}${more}`;
}
