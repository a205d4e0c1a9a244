// SPDX-License-Identifier: BSD-2-Clause
import type { EngineName } from '@ringlab/protocol';

/** Where things are for a program in a sandbox, whatever the driver. */
export const WORKSPACE = '/workspace';
/** netmap's memory areas. */
export const REGION = '/run/unetmap';
/** What programs without netmap count, for the chart: a file each, made by who has something to tell. */
const TOLD = '/tmp/told';
/** unetmap's `bin`, `lib` and `include`. */
export const TOOLS = '/opt/ringlab';
/** `ringlab-agent` and `crash-note.so`. */
export const AGENT = '/run/agent';

export const UNETMAP_LIBRARY = 'lib/libunetmap.so';
export const NETMAP_DEVICE = '/dev/netmap';

/** Of every program; `preloads` come before what notes crashes. */
export function environment(preloads: readonly string[]): Readonly<Record<string, string>> {
  return {
    PATH: `${TOOLS}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    HOME: WORKSPACE,
    USER: 'attendee',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LD_PRELOAD: [...preloads, `${AGENT}/crash-note.so`].join(' '),
    UNETMAP_DIR: REGION,
    NMSTAT_TOLD: TOLD,
    C_INCLUDE_PATH: `${TOOLS}/include`,
    CPLUS_INCLUDE_PATH: `${TOOLS}/include`,
    LIBRARY_PATH: `${TOOLS}/lib`,
    // The address sanitizer refuses to come after another preloaded library unless told so.
    ASAN_OPTIONS: 'verify_asan_link_order=0',
  };
}

/** Of every program where unetmap is for sure: it is preloaded, unless the kernel has netmap. */
export function environmentOf(engine: EngineName): Readonly<Record<string, string>> {
  return environment(engine === 'kernel' ? [] : [`${TOOLS}/${UNETMAP_LIBRARY}`]);
}
