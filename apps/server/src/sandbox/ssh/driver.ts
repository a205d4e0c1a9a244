// SPDX-License-Identifier: BSD-2-Clause

import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Sandbox, SandboxError } from '@ringlab/labkit';
import type { EngineName } from '@ringlab/protocol';
import { Control } from '../agent/control.ts';
import { AgentSandbox } from '../agent/sandbox.ts';
import {
  type DriverStatus,
  NoSeat,
  refuseMachines,
  type SandboxDriver,
  type SandboxSpec,
} from '../driver.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { type HostAddress, inWords, pinnedKeys } from '../over-ssh/host-address.ts';
import { isKey } from '../over-ssh/keys.ts';
import { awaitAgent, type LaunchFailure } from '../over-ssh/launch.ts';
import { quoted, SshLink } from '../over-ssh/link.ts';
import { holderOn, type LaunchCommand, type RemoteHost, socketOn, Unfit } from './host-system.ts';
import { Hosts } from './hosts.ts';
import { bring, lookAround } from './remote.ts';

const LOGIN_TIMEOUT_MS = 15_000;
const ALIVE_PERIOD_MS = 5_000;
const ALIVE_MISSES = 3;
const LOOK_AGAIN_MS = 30_000;
/** Of a command that has ended, over the connection. */
const LAST_WORDS_MS = 2000;

export interface SshOptions {
  readonly dataDir: string;
  /** Each `user@host` or `user@host:port`. */
  readonly sshHosts: readonly string[];
  /** Files: the private key that logs in, and the hosts' own keys as of known_hosts. */
  readonly sshKey: string;
  readonly sshKnownHosts: string;
  /** A host that answers nothing three times in a row, asked so often, is gone; every 5 s if not set. */
  readonly alivePeriodMs?: number;
  /** How often a host that was lost is looked for again; every 30 s if not set. */
  readonly lookAgainMs?: number;
}

/** Hosts that somebody prepared: each is one attendee's at a time. */
export class SshDriver implements SandboxDriver {
  readonly name = 'ssh';
  /** Starting a program takes some messages there and back, each encrypted. */
  readonly slowness = 3;
  readonly #options: SshOptions;
  readonly #hosts: Hosts;
  readonly #living = new Set<AsyncDisposable>();
  /** What each host was last seen to have, by its name. */
  readonly #engines = new Map<string, readonly EngineName[]>();

  constructor(options: SshOptions) {
    this.#options = options;
    const lookAgain = async (address: HostAddress) => {
      using link = await this.#logIn(address);
      await lookAround(link, inWords(address));
    };
    this.#hosts = new Hosts(options.sshHosts, lookAgain, options.lookAgainMs ?? LOOK_AGAIN_MS);
  }

  get seats(): number {
    return this.#hosts.seats;
  }

  /** Every host that nobody has. */
  async probe(): Promise<DriverStatus> {
    if (this.#options.sshHosts.length === 0) return { usable: false, message: NO_HOSTS };
    try {
      const tried = await Promise.all(this.#hosts.free.map((address) => this.#try(address)));
      return statusOf(tried, this.#hosts, this.#engines);
    } catch (error) {
      return { usable: false, message: (error as Error).message };
    }
  }

  /** On the first host that can be used; one that cannot is passed over until it can. */
  async create(spec: SandboxSpec): Promise<Sandbox> {
    refuseMachines(spec);
    const refusals: string[] = [];
    for (const address of this.#hosts.free) {
      const tried = await this.#createOn(address, spec);
      if (tried instanceof SandboxError) refusals.push(tried.message);
      else if (tried !== undefined) return tried;
    }
    if (!this.#hosts.someAreTaken) throw new SandboxError(refusals.join('\n'));
    const names = this.#hosts.all.map(inWords).join(', ');
    const inUse = `Every host is in use: ${names}. Each is one attendee's at a time; try again when one has stopped.`;
    throw new NoSeat([inUse, ...refusals].join('\n'));
  }

  async #try(address: HostAddress): Promise<Tried> {
    const name = inWords(address);
    const made = await this.#createOn(address, { id: 'probe', limits: DEFAULT_LIMITS });
    if (made === undefined) return { name };
    if (made instanceof SandboxError) return { name, refusal: made.message };
    await using sandbox = made;
    const { code, words } = await (await sandbox.exec(['true'])).exit;
    if (code !== 0) return { name, refusal: `${name} answers, but a program on it ${words}.` };
    return { name };
  }

  /** Undefined when somebody has it by now; why not, when it cannot be used. */
  async #createOn(address: HostAddress, spec: SandboxSpec): Promise<Sandbox | SandboxError | undefined> {
    await using undo = new AsyncDisposableStack();
    const taken = this.#hosts.take(address);
    if (taken === undefined) return undefined;
    undo.use(taken);
    try {
      const sandbox = await this.#make(address, spec, undo);
      this.#hosts.found(address);
      return sandbox;
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
      if (!(error instanceof Unfit)) this.#hosts.lost(address);
      return error;
    }
  }

  /** Everything that is to be undone goes into `undo`, which the sandbox takes over. */
  async #make(address: HostAddress, spec: SandboxSpec, undo: AsyncDisposableStack): Promise<Sandbox> {
    const link = undo.use(await this.#logIn(address));
    const scratch = join(this.#options.dataDir, 'ssh-driver');
    await mkdir(scratch, { recursive: true });
    const host = await lookAround(link, inWords(address));
    this.#engines.set(inWords(address), host.engines);
    const engine = engineOn(host, address, spec.engine);
    const brought = await bring(link, host, inWords(address), scratch);
    const launch = host.system.launch(host, brought, { ...spec, engine, holder: thisServer() });
    const control = undo.use(await this.#launch(link, host, launch, inWords(address)));
    const made = undo.move();
    const sandbox: Sandbox = new AgentSandbox({
      ...spec,
      ...{ engine, control, dial: link.dialer(socketOn(host)), counts: undefined },
      environment: host.system.environment(engine),
      lostWords: async () => `stopped: the connection to ${inWords(address)} was lost`,
      dismantle: () => made.disposeAsync().finally(() => this.#living.delete(sandbox)),
    });
    this.#living.add(sandbox);
    // Nothing leads to it any more: the host is free for others. Its programs' last words come first.
    void link.closed.then(() => setImmediate(() => void sandbox[Symbol.asyncDispose]()));
    return sandbox;
  }

  /** A sandbox there ends with its server's connection. */
  async *adopt(): AsyncIterable<Sandbox> {
    yield* [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hosts[Symbol.dispose]();
    await Promise.all([...this.#living].map((sandbox) => sandbox[Symbol.asyncDispose]()));
  }

  async #logIn(address: HostAddress): Promise<SshLink> {
    const { sshKey, sshKnownHosts, alivePeriodMs = ALIVE_PERIOD_MS } = this.#options;
    const pinned = await pinnedKeys(sshKnownHosts, address);
    const privateKey = await readFile(sshKey, 'utf8').catch(() => {
      throw new SandboxError(
        `The key ${sshKey} cannot be read. RINGLAB_SSH_KEY names the private key that logs in.`,
      );
    });
    let isPinned = true;
    try {
      return await SshLink.open({
        ...{ host: address.host, port: address.port, username: address.user, privateKey },
        ...{
          readyTimeout: LOGIN_TIMEOUT_MS,
          keepaliveInterval: alivePeriodMs,
          keepaliveCountMax: ALIVE_MISSES,
        },
        algorithms: { serverHostKey: pinned.flatMap(algorithmsOf) },
        hostVerifier: (shown: Buffer) => {
          isPinned = pinned.some((key) => isKey(shown, key));
          return isPinned;
        },
      });
    } catch (error) {
      throw new SandboxError(whyNotIn(address, isPinned, error as Error & { level?: string }));
    }
  }

  /** Resolves when the sandbox can be used. */
  async #launch(link: SshLink, host: RemoteHost, launch: LaunchCommand, name: string): Promise<Control> {
    const launched = await awaitAgent(link, launch.command);
    if ('words' in launched) throw await notMade(link, host, name, launch, launched);
    try {
      return await Control.open(link.dialer(socketOn(host)));
    } catch (error) {
      // What makes the sandbox comes after the socket, and may have more to say than that nobody answers.
      const ended = await Promise.race([launched.ended, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
      throw ended === undefined ? error : await notMade(link, host, name, launch, ended);
    }
  }
}

async function notMade(
  link: SshLink,
  host: RemoteHost,
  name: string,
  { busyCode }: LaunchCommand,
  { code, words }: LaunchFailure,
): Promise<SandboxError> {
  if (code !== busyCode) return new SandboxError(`${name} could not make a sandbox: ${words}`);
  const noted = await link.run(`cat ${quoted([holderOn(host)])}`).catch(() => undefined);
  const who = noted?.code === 0 ? ` (${noted.out.trim()})` : '';
  return new SandboxError(`${name} is in use by another server${who}. Try again when that has stopped.`);
}

/** As others read it who find the host in use. */
function thisServer(): string {
  const since = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return `process ${process.pid} on ${hostname()}, since ${since} UTC`;
}

const NO_HOSTS =
  'No host is named. Set RINGLAB_SSH_HOSTS to user@host of one that was prepared as docs/preparing-a-host.md says.';

/** Throws SandboxError when there is none of that name. */
function engineOn(host: RemoteHost, address: HostAddress, wanted?: EngineName): EngineName {
  const { engine, engines } = host.system;
  const chosen = wanted ?? engine;
  if (!engines.includes(chosen))
    throw new Unfit(`${inWords(address)} has netmap in its kernel, and no ${chosen}.`);
  if (!host.engines.includes(chosen))
    throw new Unfit(`${inWords(address)} has no /dev/netmap that ${address.user} may open.`);
  return chosen;
}

interface Tried {
  readonly name: string;
  /** Left out where it can be used, also where a sandbox of ours is on it. */
  readonly refusal?: string;
}

function statusOf(
  tried: readonly Tried[],
  hosts: Hosts,
  seen: ReadonlyMap<string, readonly EngineName[]>,
): DriverStatus {
  const refusals = tried.flatMap(({ refusal }) => refusal ?? []);
  const refused = new Set(tried.filter(({ refusal }) => refusal !== undefined).map(({ name }) => name));
  const names = hosts.all.map(inWords).filter((name) => !refused.has(name));
  if (names.length === 0) return { usable: false, message: refusals.join('\n') };
  const works = `ssh works: ${names.join(', ')}. Processor time is only yielded there, not divided: the host has no control groups for us.`;
  const seenHere = names.flatMap((name) => seen.get(name) ?? []);
  // Of what a system has, the first is its own choice.
  const [engine = 'unetmap'] = seenHere;
  const engines = new Set([engine, ...seenHere]);
  return { usable: true, engine, engines: [...engines], message: [works, ...refusals].join('\n') };
}

/** A host shows a key of a type that it is asked for: those that are pinned. */
function algorithmsOf(
  pinned: string,
): ('ssh-ed25519' | 'ecdsa-sha2-nistp256' | 'rsa-sha2-512' | 'rsa-sha2-256')[] {
  if (pinned.startsWith('ssh-ed25519')) return ['ssh-ed25519'];
  if (pinned.startsWith('ecdsa-sha2-nistp256')) return ['ecdsa-sha2-nistp256'];
  return pinned.startsWith('ssh-rsa') ? ['rsa-sha2-512', 'rsa-sha2-256'] : [];
}

function whyNotIn(
  address: HostAddress,
  isPinned: boolean,
  { level, message }: Error & { level?: string },
): string {
  const name = inWords(address);
  if (!isPinned)
    return `${name} shows another key than the one that is pinned. Somebody may stand in between; if the host was installed anew, pin its new key.`;
  if (level === 'client-authentication')
    return `${name} does not accept the key for ${address.user}. Add its public part to ~${address.user}/.ssh/authorized_keys there.`;
  return `${name} cannot be reached (${message}). Check that it runs, and that this machine may connect to port ${address.port}.`;
}
