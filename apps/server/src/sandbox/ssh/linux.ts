// SPDX-License-Identifier: BSD-2-Clause
import { agentArguments } from '../agent/arguments.ts';
import { environmentOf, TOOLS } from '../agent/inside.ts';
import { bwrapArguments, NETMAP_PASSED } from '../bubblewrap/layout.ts';
import { ETC_FILES } from '../bubblewrap/staging.ts';
import { quoted } from '../over-ssh/link.ts';
import {
  type HostSystem,
  lockOn,
  NOTHING_OUTSIDE,
  noting,
  type RemoteHost,
  socketOn,
} from './host-system.ts';

const BUSY = 99;
const CC = 'cc -std=gnu11 -O2 -g -w';

/** The kernel's netmap looks for NICs in the caller's network namespace. */
const KERNEL_NETMAP = ['--share-net', ...NETMAP_PASSED];

/** A sandbox is bubblewrap's, as on the server's own machine. */
export const LINUX: HostSystem = {
  needs: [
    ['bwrap', 'bubblewrap'],
    ['cc', 'a C compiler'],
    ['tar', 'tar'],
    ['flock', 'flock of util-linux'],
    ['nmstat', `netmap's tools in ${TOOLS}`],
  ],
  engine: 'unetmap',
  engines: ['unetmap', 'kernel'],
  compile: [
    "agent=$(ls *.c | grep -v '^crash_note')",
    `${CC} -o ../ringlab-agent $agent`,
    `${CC} -shared -fPIC -o ../crash-note.so crash_note.c`,
  ].join('; '),

  launch(host, { agentFolder, etcFolder }, { limits, interfaces, engine, holder }) {
    const sources = {
      ...{ agentFolder, etcFolder, toolsFolder: TOOLS, etcFiles: ETC_FILES, system: systemOf(host) },
      devices: engine === 'kernel' ? KERNEL_NETMAP : [],
    };
    const inside = bwrapArguments(sources, limits, agentArguments(limits, NOTHING_OUTSIDE), interfaces);
    const launch = [`${agentFolder}/ringlab-agent`, 'launch', socketOn(host), 0, 0, '--', 'bwrap', ...inside];
    const script = `rm -f ${quoted([socketOn(host)])}; exec ${quoted(launch)}`;
    const words = noting(host, holder, ['sh', '-c', script]);
    return {
      command: `exec flock -n -E ${BUSY} ${quoted([lockOn(host), ...words])}`,
      busyCode: BUSY,
    };
  },

  environment: environmentOf,
};

/** bwrap's words for /usr and its like. */
function systemOf({ tops }: RemoteHost): string[] {
  const words = tops.flatMap(([kind, name = '', target = '']) =>
    kind === 'link' ? ['--symlink', target, `/${name}`] : ['--ro-bind', `/${name}`, `/${name}`],
  );
  return ['--ro-bind', '/usr', '/usr', ...words];
}
