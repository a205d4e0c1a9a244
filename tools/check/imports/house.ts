// SPDX-License-Identifier: BSD-2-Clause
// The arrows of the house, as data. A file belongs to the first part, and in it to the first room, whose pattern
// matches; an import inside one room is always allowed, and any other only if a line here says so.

export interface Part {
  readonly name: string;
  readonly files: RegExp;
  /** How others import it: `@ringlab/...`. Without it nobody can, but by a path in `paths`. */
  readonly specifier?: string;
  readonly may: readonly string[];
  /** Files of other parts that it may import by path. */
  readonly paths?: readonly string[];
  readonly says: string;
}

export const PARTS: readonly Part[] = [
  {
    name: 'netmap-bindings/layout',
    files: /^packages\/netmap-bindings\/src\/layout\//,
    specifier: '@ringlab/netmap-bindings/layout',
    may: [],
    says: 'netmap-bindings/layout stands alone: it must be safe in a browser.',
  },
  {
    name: 'netmap-bindings',
    files: /^packages\/netmap-bindings\//,
    specifier: '@ringlab/netmap-bindings',
    may: ['netmap-bindings/layout'],
    says: 'netmap-bindings imports nothing of the house but its own layout.',
  },
  {
    name: 'protocol',
    files: /^packages\/protocol\//,
    specifier: '@ringlab/protocol',
    may: [],
    says: 'protocol stands alone: both sides of the wire import it.',
  },
  {
    name: 'labkit',
    files: /^packages\/labkit\//,
    specifier: '@ringlab/labkit',
    may: ['protocol', 'netmap-bindings', 'netmap-bindings/layout'],
    says: 'labkit imports protocol and netmap-bindings: no package imports an app or a lab.',
  },
  {
    name: 'labs',
    files: /^labs\//,
    may: ['labkit'],
    says: "A lab's checks.ts imports labkit and nothing else.",
  },
  {
    name: 'server',
    files: /^apps\/server\//,
    may: ['protocol', 'labkit', 'images', 'netmap-bindings', 'netmap-bindings/layout'],
    paths: ['tools/prepare/vm-image.mjs'],
    says: 'The server imports protocol, labkit, netmap-bindings and what images says of built ones, its tests how the VM image comes here: no app imports an app.',
  },
  {
    name: 'web',
    files: /^apps\/web\//,
    may: ['protocol', 'netmap-bindings/layout'],
    says: 'The web application imports protocol and netmap-bindings/layout: nothing of Node reaches the browser.',
  },
  {
    name: 'images',
    files: /^images\//,
    specifier: '@ringlab/images',
    may: [],
    paths: ['apt', 'children', 'machine', 'progress', 'repository', 'stop'].map(
      (name) => `tools/prepare/${name}.mjs`,
    ),
    says: 'Images are made of files of the house, never of its code; only how commands prepare a machine is shared.',
  },
  {
    name: 'e2e',
    files: /^(e2e\/|playwright\.config\.ts$)/,
    specifier: '@ringlab/e2e',
    may: ['protocol'],
    paths: ['tools/prepare/machine.mjs', 'tools/prepare/vm-image.mjs'],
    says: 'Stories know protocol, and of tools only how a browser and the VM image come here: they see Ringlab from outside.',
  },
  {
    name: 'bench',
    files: /^bench\//,
    may: ['protocol', 'e2e'],
    says: "Benchmarks know protocol and the stories' way to start a server.",
  },
  {
    name: 'tools',
    files: /^(tools\/|[^/]+\.ts$)/,
    may: [],
    says: 'Tools import nothing of what they check.',
  },
];

export interface Room {
  readonly part: string;
  readonly name: string;
  readonly files: RegExp;
  readonly may: readonly string[];
  readonly says: string;
}

const feature = (name: string): Room => ({
  part: 'web',
  name,
  files: new RegExp(`^apps/web/src/${name}/`),
  may: ['api', 'units', 'traffic', 'tabs', 'tokens', 'ring-figure'],
  says: `The feature ${name} imports api, units, traffic, tabs, tokens and ring-figure: no feature imports another, shell alone composes them.`,
});

const FEATURES = [
  'checks',
  'course',
  'curve',
  'dashboard',
  'editor',
  'files',
  'join',
  'lab-text',
  'live-image',
  'provisioning',
  'rates',
  'rings',
  'slides',
  'terminals',
  'topology',
];

const webRoom = (name: string, may: readonly string[], says: string): Room => ({
  part: 'web',
  name,
  files: name === 'main' ? /^apps\/web\/(src\/[^/]+$|[^/]+$)/ : new RegExp(`^apps/web/src/${name}/`),
  may,
  says,
});

const job = (name: string, may: readonly string[], says: string): Room => ({
  part: 'server',
  name,
  files: new RegExp(`^apps/server/src/${name}/`),
  may,
  says,
});

const JOBS = [
  'authoring',
  'builds',
  'grading',
  'http',
  'provisioning',
  'rates',
  'rings',
  'sandbox',
  'sessions',
  'store',
  'terminals',
  'ws',
];

export const ROOMS: readonly Room[] = [
  {
    part: 'web',
    name: 'tokens',
    files: /^apps\/web\/src\/tokens[^/]*\.ts$/,
    may: [],
    says: 'tokens reads what tokens.css says, and knows nothing above itself.',
  },
  webRoom(
    'main',
    ['shell', 'api', 'editor'],
    'main.tsx starts the shell, and has the editor fetched meanwhile.',
  ),
  webRoom(
    'shell',
    ['api', 'units', 'traffic', 'tabs', 'tokens', ...FEATURES],
    'The shell composes the features.',
  ),
  webRoom('api', [], 'api is the only door to the server, and knows no feature.'),
  webRoom('units', [], 'units turns numbers into words, and knows nothing above itself.'),
  webRoom('tabs', [], 'tabs has the keys of every list of tabs, whatever they show.'),
  webRoom('ring-figure', ['tokens'], 'ring-figure draws rings, wherever they come from.'),
  webRoom('traffic', ['units'], 'traffic reads rates off a topology, and knows nothing above itself.'),
  ...FEATURES.map(feature),
  {
    part: 'server',
    name: 'main',
    files: /^apps\/server\/src\/(main|server|labs)(\.test)?\.ts$/,
    may: ['config', 'limits', 'refusal', 'door', 'testing', ...JOBS],
    says: 'The composition roots may name everything.',
  },
  {
    part: 'server',
    name: 'config',
    files: /^apps\/server\/src\/config[^/]*\.ts$/,
    may: ['limits'],
    says: 'The configuration knows nothing of the jobs but the table of limits.',
  },
  {
    part: 'server',
    name: 'limits',
    files: /^apps\/server\/src\/sandbox\/limits\.ts$/,
    may: [],
    says: 'The table of limits stands alone.',
  },
  {
    part: 'server',
    name: 'refusal',
    files: /^apps\/server\/src\/refusal\.ts$/,
    may: [],
    says: 'A refusal is words for whoever asked, and knows nothing of who refuses.',
  },
  job(
    'door',
    [],
    'The door knows who may come in: origins, cookies, how often. What is behind it, it does not know.',
  ),
  {
    part: 'server',
    name: 'testing',
    files: /^apps\/server\/src\/testing\//,
    may: ['config', 'main', 'sandbox', 'sessions'],
    says: 'Tests start whole servers, and talk to them from outside.',
  },
  job('authoring', [], 'Authoring reads labs again as they change, and knows nothing of who sees them.'),
  job('store', ['config'], 'The store knows nothing of the other jobs.'),
  job('sandbox', ['config', 'limits'], 'Sandboxes know nothing of the other jobs.'),
  job('terminals', [], 'Terminals know nothing of the other jobs.'),
  job('rates', [], 'Rates know nothing of the other jobs.'),
  job('rings', ['testing'], 'Rings know nothing of the other jobs.'),
  job('builds', ['terminals'], 'A build shows itself in a terminal, and knows nothing else.'),
  job(
    'grading',
    ['builds', 'limits', 'store', 'sandbox', 'terminals'],
    'Grading builds, judges and keeps results.',
  ),
  job('provisioning', ['limits', 'sandbox'], 'Provisioning tries drivers and labs, and knows no attendee.'),
  job(
    'sessions',
    [
      'builds',
      'config',
      'grading',
      'limits',
      'rates',
      'refusal',
      'rings',
      'sandbox',
      'store',
      'terminals',
      'testing',
    ],
    'Sessions join the jobs of one attendee, and know neither HTTP nor WebSockets.',
  ),
  job(
    'ws',
    ['config', 'door', 'provisioning', 'refusal', 'sessions', 'store', 'terminals', 'testing'],
    'The WebSocket speaks for sessions.',
  ),
  job(
    'http',
    ['config', 'door', 'refusal', 'sessions', 'store', 'testing'],
    'Routes speak for sessions and the store.',
  ),
];

/** A package of somebody else, or a part of Node, that only some files may import. */
export interface Law {
  readonly packages: readonly string[];
  /** Files that the law is about. */
  readonly of: RegExp;
  readonly only: RegExp;
  readonly says: string;
}

const SERVER = /^apps\/server\//;

export const LAWS: readonly Law[] = [
  {
    packages: ['node:child_process', '@lydell/node-pty', 'node:cluster'],
    of: /^apps\/server\/(?!.*\.test\.ts$)/,
    only: /^apps\/server\/src\/sandbox\//,
    says: 'Only a sandbox driver starts processes: nothing is ever run outside a sandbox.',
  },
  {
    packages: ['express', 'helmet', 'sirv'],
    of: SERVER,
    only: /^apps\/server\/src\/http\//,
    says: 'Only http/ knows Express.',
  },
  { packages: ['ws'], of: SERVER, only: /^apps\/server\/src\/(ws|testing)\//, says: 'Only ws/ knows ws.' },
  {
    packages: ['node:sqlite'],
    of: SERVER,
    only: /^apps\/server\/src\/store\//,
    says: 'Only store/ knows the database.',
  },
  {
    packages: ['node:*'],
    of: /^(apps\/web\/src|packages\/protocol|packages\/netmap-bindings\/src\/layout)\/(?!.*\.test\.tsx?$)/,
    only: /(?!)/,
    says: 'What a browser loads has no Node.',
  },
];

/** The drivers' one list, and who may read it. */
export const DRIVER_LIST = {
  path: 'apps/server/src/sandbox/drivers.ts',
  readers: /^apps\/server\/src\/(main|labs|testing\/(test-server|sandbox-start))\.ts$/,
  concrete: /^apps\/server\/src\/sandbox\/(bubblewrap|docker|machines|qemu|ssh|swarm)\//,
  says: 'Concrete drivers are named in sandbox/drivers.ts, which main.ts and labs.ts alone import.',
};
