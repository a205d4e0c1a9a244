// SPDX-License-Identifier: BSD-2-Clause
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { SandboxError, within } from '@ringlab/labkit';
import Docker, { type ContainerInfo } from 'dockerode';

/** Labels of everything that a Ringlab makes on a daemon. */
export const LABEL = {
  /** Which server: nobody else's is touched. */
  server: 'ringlab.server',
  sandbox: 'ringlab.sandbox',
  user: 'ringlab.user',
  limits: 'ringlab.limits',
  engine: 'ringlab.engine',
  ready: 'ringlab.ready',
} as const;

const PROGRAMS = ['docker', 'dockerd'];
const USUAL_SOCKET = '/var/run/docker.sock';
const REMOVED_AT_MOST_MS = 20_000;

interface DockerFault {
  readonly statusCode?: number;
  readonly code?: string;
  readonly json?: { readonly message?: string };
  readonly message: string;
}

/** The Docker daemon behind one socket, with its failures in words for whoever has to mend them. */
export class Daemon {
  readonly docker: Docker;
  readonly socketPath: string;
  /** Nobody named another socket. */
  readonly #isUsual: boolean;

  constructor(socketPath?: string, usualSocket = USUAL_SOCKET) {
    this.#isUsual = socketPath === undefined || socketPath === usualSocket;
    this.socketPath = socketPath ?? usualSocket;
    this.docker = new Docker({ socketPath: this.socketPath });
  }

  /** Rejects with SandboxError for whatever went wrong in `what`. */
  async ask<T>(what: (docker: Docker) => Promise<T>): Promise<T> {
    try {
      return await what(this.docker);
    } catch (fault) {
      throw fault instanceof SandboxError ? fault : new SandboxError(this.explain(fault));
    }
  }

  async answers(): Promise<boolean> {
    return this.docker.ping().then(
      () => true,
      () => false,
    );
  }

  /** What went wrong, and what mends it. */
  explain(fault: unknown): string {
    const { code, json, message } = Object(fault) as DockerFault;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return this.#absent();
    if (code === 'EACCES')
      return `The Docker daemon's socket ${this.socketPath} may not be used by this user. Allow it: usermod -aG docker "$USER", then sign in again`;
    if (code === 'ECONNRESET' || code === 'EPIPE' || message === 'socket hang up') return this.wentAway();
    const words = (json?.message ?? message).trim();
    if (/no space left on device/i.test(words))
      return `The disk of the Docker daemon is full (${words}). Make room: docker system prune`;
    return `The Docker daemon refuses: ${words}`;
  }

  wentAway(): string {
    return `The Docker daemon at ${this.socketPath} went away. Start it again: systemctl start docker`;
  }

  #absent(): string {
    if (this.#isUsual && !isInstalled())
      return 'Docker is not installed. Install it: apt-get install docker.io';
    return `The Docker daemon does not answer at ${this.socketPath}. Start it (systemctl start docker), or set RINGLAB_DOCKER_SOCKET to its socket.`;
  }

  /** Those of a server, whatever state they are in. Rejects with SandboxError. */
  containersOf(serverKey: string): Promise<ContainerInfo[]> {
    const filters = JSON.stringify({ label: [`${LABEL.server}=${serverKey}`] });
    return this.ask((docker) => docker.listContainers({ all: true, filters }));
  }

  /** Whether the daemon has a file or folder at this path of its own. `image`: any that it has. Rejects with SandboxError. */
  async sees(path: string, image: string, serverKey: string): Promise<boolean> {
    const options = {
      ...{ Image: image, Entrypoint: ['/'], Labels: { [LABEL.server]: serverKey } },
      HostConfig: { Mounts: [{ Type: 'bind' as const, Source: path, Target: '/seen', ReadOnly: true }] },
    };
    try {
      const container = await this.docker.createContainer(options);
      await this.removeContainer(container.id);
      return true;
    } catch (fault) {
      // It is not started: nothing else is asked for that could be refused.
      if ((Object(fault) as DockerFault).statusCode === 400) return false;
      throw fault instanceof SandboxError ? fault : new SandboxError(this.explain(fault));
    }
  }

  /** Kills what runs in it. One that is gone already is no error. Rejects with SandboxError. */
  async removeContainer(id: string): Promise<void> {
    const container = this.docker.getContainer(id);
    try {
      await container.remove({ force: true, v: true, abortSignal: AbortSignal.timeout(REMOVED_AT_MOST_MS) });
    } catch (fault) {
      const { statusCode } = Object(fault) as DockerFault;
      if (statusCode === 404) return;
      if (statusCode !== 409) throw new SandboxError(this.explain(fault));
      await this.#goneAtLast(id);
    }
  }

  /** The daemon itself is about to remove it. */
  async #goneAtLast(id: string): Promise<void> {
    const gone = this.docker
      .getContainer(id)
      .wait({ condition: 'removed' })
      .catch(() => undefined);
    await within(gone, REMOVED_AT_MOST_MS);
  }

  /** Starts a program as root in a container, and yields its stdin and stdout as one stream, in Docker's frames. */
  async attach(id: string, argv: readonly string[]): Promise<Duplex> {
    const exec = await this.docker.getContainer(id).exec({
      Cmd: [...argv],
      User: '0:0',
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
    });
    return (await exec.start({ hijack: true, stdin: true, Tty: false })) as Duplex;
  }

  /** Events of this server's containers, a JSON object a line. */
  async events(serverKey: string): Promise<Readable> {
    const filters = { type: ['container'], label: [`${LABEL.server}=${serverKey}`] };
    return (await this.docker.getEvents({ filters: JSON.stringify(filters) })) as Readable;
  }
}

/** The client counts, too: a user's PATH may lack the folder of daemons. */
function isInstalled(): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => PROGRAMS.some((name) => existsSync(join(folder, name))));
}

export function isMissing(fault: unknown): boolean {
  return (Object(fault) as DockerFault).statusCode === 404;
}
