// SPDX-License-Identifier: BSD-2-Clause
import { delimiter, resolve } from 'node:path';
import { driverName } from '@ringlab/protocol';
import { z } from 'zod';
import { LIMIT_VARIABLES, type Limits, limitsSchema } from './sandbox/limits.ts';

/** The repository's root: what relative defaults stand on. */
export const repositoryDir = resolve(import.meta.dirname, '../../..');

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

const folder = (fallback: string) =>
  z
    .string()
    .min(1)
    .default(fallback)
    .transform((path) => (path === fallback ? resolve(repositoryDir, path) : resolve(path)));

const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const LIMIT_MEANINGS: Record<keyof Limits, string> = {
  memoryBytes: 'Memory of all programs of one sandbox, with their temporary files and memory areas.',
  processes: 'Processes of one sandbox.',
  cpuShare: 'Weight of one sandbox against the others when the processors are busy.',
  wallClockMs: 'The longest that one program runs.',
  fileSizeBytes: 'The largest file that a program writes.',
  diskBytes: 'What `/workspace` holds.',
  scratchBytes: 'What `/tmp` holds, and `/dev/shm`.',
  regionBytes: "What netmap's memory areas hold.",
  openFiles: 'Files that one program has open.',
  outputBytesPerSecond: 'What one program prints in a second; beyond, it is slowed down.',
};
const limitNames = Object.keys(LIMIT_MEANINGS) as (keyof Limits)[];
const limitVariables = Object.fromEntries(
  limitNames.map((name) => [LIMIT_VARIABLES[name], limitsSchema.shape[name].describe(LIMIT_MEANINGS[name])]),
);

/** The variables that the server reads itself: each with its default and what it means. */
const serverVariables = z.object({
  RINGLAB_PORT: count(0, 65535).default(8080).describe('TCP port to listen on; 0 takes any free one.'),
  RINGLAB_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on; `0.0.0.0` lets other machines in.'),
  RINGLAB_PUBLIC_ORIGINS: z
    .string()
    .default('')
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .transform((list) => list.filter((origin) => origin !== ''))
    .pipe(z.array(z.url({ protocol: /^https?$/ }).transform((origin) => new URL(origin).origin)))
    .describe(
      'Origins, with commas between, under which browsers reach the server when that is neither its address nor ' +
        "this machine's name: `https://ringlab.example.org`.",
    ),
  RINGLAB_TRUSTED_PROXIES: count(0, 8)
    .default(0)
    .describe('How many reverse proxies stand in front and set `X-Forwarded-For` and `X-Forwarded-Proto`.'),
  RINGLAB_DATA_DIR: folder('.data').describe('Folder of the database and of what the server makes up once.'),
  RINGLAB_LABS_DIR: folder('labs').describe('Folder of the labs.'),
  RINGLAB_MORE_LABS: z
    .string()
    .default('')
    .transform((list) => list.split(delimiter).filter((path) => path !== ''))
    .transform((paths) => paths.map((path) => resolve(path)))
    .describe('Labs that are elsewhere: paths, with colons between, each of a lab or of a folder of labs.'),
  RINGLAB_WATCH_LABS: z
    .stringbool()
    .default(false)
    .describe(
      "For authors: a lab's text, files and checks are read again when they change, and open pages show them.",
    ),
  RINGLAB_WEB_DIR: folder('apps/web/dist').describe('Folder of the built web application.'),
  RINGLAB_UNETMAP_DIR: folder('packages/unetmap/build').describe(
    "unetmap's build: `bin`, `lib` and `include`.",
  ),
  RINGLAB_IMAGES_DIR: folder('images/build').describe('Folder of the built images.'),
  RINGLAB_DOCKER_SOCKET: z
    .string()
    .min(1)
    .optional()
    .describe('Socket of the Docker daemon; `/var/run/docker.sock` if not set.'),
  RINGLAB_SSH_HOSTS: z
    .string()
    .default('')
    .transform((list) => list.split(',').map((host) => host.trim()))
    .transform((list) => list.filter((host) => host !== ''))
    .pipe(z.array(z.string().regex(/^[^@\s]+@[^@\s]+$/, 'is user@host or user@host:port')))
    .describe(
      'Prepared hosts for the ssh driver, with commas between: `ringlab@10.0.0.7`, a port after a colon.',
    ),
  RINGLAB_SSH_KEY: folder('.data/ssh-key').describe('File of the private key that logs in to those hosts.'),
  RINGLAB_SSH_KNOWN_HOSTS: folder('.data/ssh-known-hosts').describe(
    "File with those hosts' own keys, as `ssh-keyscan` prints them.",
  ),
  RINGLAB_DRIVER: z
    .enum(['auto', ...driverName.options])
    .default('auto')
    .describe('What runs sandboxes; `auto` takes the first that works.'),
  RINGLAB_INSTRUCTOR_TOKEN: z
    .string()
    .min(16, 'has at least 16 characters')
    .max(200)
    .optional()
    .describe("The secret in the instructor's link. Made up at the first start and kept."),
  RINGLAB_COURSE_CODE: z
    .string()
    .trim()
    .min(4, 'has at least 4 characters')
    .max(40)
    .optional()
    .describe('What attendees type to join. Made up at the first start and kept.'),
  RINGLAB_MAX_RUNS: count(1, 1000)
    .optional()
    .describe(
      'How many runs may go on at the same time; more wait in a queue. If not set, as many as three quarters of the memory hold, with the virtual machines of their labs.',
    ),
  RINGLAB_MAX_CHECKS: count(1, 1000)
    .optional()
    .describe('How many checks may go on at the same time; more wait in a queue. One a core if not set.'),
  RINGLAB_POOL_SANDBOXES: count(0, 100)
    .default(2)
    .describe(
      'How many sandboxes are kept ready for the next one who presses Run; none on prepared hosts (ssh), each of which has one place.',
    ),
  RINGLAB_IDLE_TIMEOUT_MS: count(SECOND_MS, 7 * 24 * 60 * MINUTE_MS)
    .default(20 * MINUTE_MS)
    .describe('A sandbox that nobody looks at any more is removed after this long, with what runs in it.'),
  RINGLAB_TERMINAL_BYTES: count(64 * KIB, 64 * MIB)
    .default(MIB)
    .describe('How much of each terminal is kept byte for byte, for tabs that come back.'),
  RINGLAB_SCROLLBACK_LINES: count(0, 20000)
    .default(1000)
    .describe('Lines above the screen that a tab gets back when it was away for longer than those bytes.'),
  RINGLAB_VERSIONS_PER_FILE: count(10, 100000)
    .default(500)
    .describe(
      'How many versions of one file are kept; beyond, autosaves of long ago are thinned out, evenly in time.',
    ),
  RINGLAB_SIGN_IN_DAYS: count(1, 3650).default(60).describe('How long a browser stays signed in.'),
});

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<S>;
/** The whole environment, limits of sandboxes included. */
export const environment = serverVariables.extend(limitVariables);
type Environment = z.infer<typeof serverVariables>;
type FieldName<Variable> = Variable extends `RINGLAB_${infer Name}` ? CamelCase<Name> : never;

/** `RINGLAB_DATA_DIR` is `config.dataDir`, and so on. */
export type Config = { readonly [V in keyof Environment as FieldName<V>]: Environment[V] } & {
  readonly limits: Limits;
};

export class ConfigFaults extends Error {
  override readonly name = 'ConfigFaults';
}

function fieldName(variable: string): string {
  const words = variable.replace(/^RINGLAB_/, '').toLowerCase();
  return words.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Throws ConfigFaults whose message names every wrong variable, a line each. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  // A variable set to nothing is a variable not set: that is how shells and Compose files unset things.
  const given = Object.entries(env).filter(([name, value]) => name.startsWith('RINGLAB_') && value !== '');
  const parsed = environment.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path[0]?.toString()}: ${issue.message}`);
    throw new ConfigFaults(
      `The configuration has ${lines.length} fault${lines.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
    );
  }
  const fields = Object.entries(serverVariables.parse(Object.fromEntries(given))).map(([variable, value]) => [
    fieldName(variable),
    value,
  ]);
  const limits = limitNames.map((name) => [name, parsed.data[LIMIT_VARIABLES[name]]]);
  return { ...Object.fromEntries(fields), limits: Object.fromEntries(limits) } as Config;
}
