// SPDX-License-Identifier: BSD-2-Clause

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KeyPair, newKeyPair } from '../over-ssh/keys.ts';
import type { SshOptions } from './driver.ts';

/** A network namespace needs root; without it there is no other machine to try. In CI that is a failure. */
export const NO_OTHER_MACHINES = process.getuid?.() !== 0 && process.env.CI !== 'true';

const UNETMAP = resolve(import.meta.dirname, '../../../../../packages/unetmap/build');
const START_TIMEOUT_MS = 20_000;
const FIRST_UID = 61_301;
/** Whose connections sshd finds lost soon. */
export const IMPATIENT_USER = 'two';
/** Whose home has no room for anything. */
export const FULL_USER = 'three';
const USERS = ['one', IMPATIENT_USER, FULL_USER];

/**
 * "Other machines": a network namespace with an sshd in it, whose users exist nowhere else. Each user is a host to the
 * driver, with a home and so a lock of its own.
 */
export class TestHost implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'ringlab-host-'));
  readonly login: KeyPair = newKeyPair();
  readonly hostKey: KeyPair = newKeyPair();
  readonly #name = `rl-ssh-${process.pid}`;
  readonly #net = `10.231.${(process.pid >> 6) & 255}`;
  readonly #base = ((process.pid & 63) << 2) | 0;
  #sshd: ChildProcess | undefined;

  get address(): string {
    return `${this.#net}.${this.#base + 2}`;
  }

  /** As of RINGLAB_SSH_HOSTS: one on which nobody listens. */
  get gone(): string {
    return `one@${this.address}:9`;
  }

  options(): SshOptions {
    return {
      dataDir: this.folder,
      sshHosts: ['one', IMPATIENT_USER].map((user) => `${user}@${this.address}`),
      sshKey: join(this.folder, 'login'),
      sshKnownHosts: join(this.folder, 'known_hosts'),
    };
  }

  async start(): Promise<void> {
    chmodSync(this.folder, 0o755);
    this.#writeFiles();
    this.#makeNetwork();
    await this.startSshd();
  }

  async startSshd(): Promise<void> {
    const script = ENTER.replaceAll('FOLDER', this.folder);
    this.#sshd = spawn('ip', ['netns', 'exec', this.#name, 'sh', '-c', script], { stdio: 'ignore' });
    for (let waitedMs = 0; !(await answers(this.address)); waitedMs += 50) {
      if (waitedMs > START_TIMEOUT_MS) throw new Error('sshd does not listen');
      await sleep(50);
    }
  }

  /** As a cable that was pulled: nothing is closed, nothing answers. */
  unplug(): void {
    ip('link', 'set', `${this.#name.replace('rl-ssh-', 'rls')}a`, 'down');
  }

  plugIn(): void {
    ip('link', 'set', `${this.#name.replace('rl-ssh-', 'rls')}a`, 'up');
  }

  /** Everything on it ends; `startSshd` has it there again. */
  async shutDown(): Promise<void> {
    const ended = new Promise((done) => this.#sshd?.once('exit', done));
    for (const pid of this.processes()) kill(pid);
    if (this.#sshd !== undefined && this.#sshd.exitCode === null && this.#sshd.signalCode === null)
      await ended;
  }

  /** The pids of everything on the hosts. */
  processes(): number[] {
    const text = execFileSync('ip', ['netns', 'pids', this.#name], { encoding: 'utf8' });
    return text.split('\n').filter(Boolean).map(Number);
  }

  /** Everything in the homes there, as sshd sees them: one is on a disk of its own. */
  files(): string[] {
    const homes = USERS.map((name) => join(`/proc/${this.#sshd?.pid}/root`, this.folder, name));
    return execFileSync('find', [...homes, '-type', 'f'], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean)
      .sort();
  }

  /** How many file systems sshd sees. */
  mounts(): number {
    return readFileSync(`/proc/${this.#sshd?.pid}/mounts`, 'utf8').split('\n').length;
  }

  /** How many agents run there. */
  sandboxes(): number {
    return this.processes().filter(isAgent).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutDown();
    ip('netns', 'delete', this.#name);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #writeFiles(): void {
    const text = (name: string, content: string, mode = 0o644) =>
      writeFileSync(join(this.folder, name), content, { mode });
    const users = USERS.map((name, i) => ({ name, uid: FIRST_UID + i }));
    for (const { name } of users) mkdirSync(join(this.folder, name));
    const home = (name: string) => join(this.folder, name);
    const rows = users.map(({ name, uid }) => `${name}:x:${uid}:${uid}::${home(name)}:/bin/sh`);
    const system = ['root:x:0:0::/root:/bin/sh', 'sshd:x:104:65534::/run/sshd:/usr/sbin/nologin'];
    text('passwd', `${[...system, ...rows].join('\n')}\n`);
    text(
      'group',
      `root:x:0:\nnogroup:x:65534:\n${users.map(({ name, uid }) => `${name}:x:${uid}:`).join('\n')}\n`,
    );
    text('shadow', ['root', 'sshd', ...USERS].map((name) => `${name}:*:1::::::\n`).join(''), 0o600);
    text('host_key', this.hostKey.private, 0o600);
    text('login', this.login.private, 0o600);
    text('authorized_keys', `${this.login.public}\n`);
    text('known_hosts', `${this.address},[${this.address}]:9 ${this.hostKey.public}\n`);
    text('sshd_config', SSHD_CONFIG.replaceAll('FOLDER', this.folder));
    for (const part of ['bin', 'lib', 'include'])
      cpSync(join(UNETMAP, part), join(this.folder, 'tools', part), { recursive: true, dereference: true });
    for (const { name, uid } of users) execFileSync('chown', [`${uid}:${uid}`, home(name)]);
  }

  #makeNetwork(): void {
    const [a, b] = ['a', 'b'].map((end) => `${this.#name.replace('rl-ssh-', 'rls')}${end}`) as [
      string,
      string,
    ];
    ip('netns', 'add', this.#name);
    ip('link', 'add', a, 'type', 'veth', 'peer', 'name', b, 'netns', this.#name);
    ip('address', 'add', `${this.#net}.${this.#base + 1}/30`, 'dev', a);
    ip('link', 'set', a, 'up');
    ip('-n', this.#name, 'address', 'add', `${this.address}/30`, 'dev', b);
    ip('-n', this.#name, 'link', 'set', b, 'up');
    ip('-n', this.#name, 'link', 'set', 'lo', 'up');
  }
}

/** `ip netns exec` has given it a mount namespace of its own. */
const ENTER = [
  'set -e',
  'for name in passwd group shadow; do mount --bind FOLDER/$name /etc/$name; done',
  'mount -t tmpfs tmpfs /opt',
  'mkdir /opt/ringlab',
  'mount --bind FOLDER/tools /opt/ringlab',
  `mount -t tmpfs -o size=64k,mode=0755,uid=${FIRST_UID + USERS.indexOf(FULL_USER)} tmpfs FOLDER/${FULL_USER}`,
  'mkdir -p /run/sshd',
  'exec /usr/sbin/sshd -D -e -f FOLDER/sshd_config',
].join('\n');

const SSHD_CONFIG = `
HostKey FOLDER/host_key
AuthorizedKeysFile FOLDER/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxSessions 200
MaxStartups 100
ClientAliveInterval 5
Match User ${IMPATIENT_USER}
  ClientAliveInterval 1
`;

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function isAgent(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('ringlab-agent');
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended on its own.
  }
}

function answers(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 22 });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.destroy());
  });
}
