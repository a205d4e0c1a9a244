// SPDX-License-Identifier: BSD-2-Clause
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Lab, loadDecks, type Sandbox } from '@ringlab/labkit';
import type { LabReader } from './authoring/watch-labs.ts';
import { type Config, repositoryDir } from './config.ts';
import { OriginPolicy } from './door/origin.ts';
import { Accounts } from './http/account.ts';
import { createApp } from './http/app.ts';
import { courseRoutes } from './http/course-routes.ts';
import { liveImageRoutes } from './http/live-image-routes.ts';
import { ProvisioningDesk } from './provisioning/desk.ts';
import type { SandboxDriver } from './sandbox/driver.ts';
import { Board } from './sessions/board.ts';
import { Course } from './sessions/course.ts';
import { courseSecrets } from './sessions/course-secrets.ts';
import { LabSessions } from './sessions/lab-sessions.ts';
import { roomOn } from './sessions/room.ts';
import { type DriverChoice, SandboxSupply } from './sessions/sandbox-supply.ts';
import { Survivors } from './sessions/survivors.ts';
import { Terminals } from './sessions/terminals.ts';
import { Watchers } from './sessions/watchers.ts';
import { Workspaces } from './sessions/workspaces.ts';
import type { WorkspaceKey } from './store/files.ts';
import { Store } from './store/store.ts';
import { TypedInput } from './terminals/typed.ts';
import { SocketServer } from './ws/socket-server.ts';

/** A server that listens. Disposing of it ends runs, connections and sandboxes, in the order that loses nothing. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number;
  readonly courseCode: string;
  readonly instructorToken: string;
  /** What an author does to labs is seen at once. */
  readonly labReader: LabReader;
}

/** Starts everything in order; rejects, with nothing left behind, when a part of it cannot start. */
export async function startServer(
  config: Config,
  labs: readonly Lab[],
  choice: DriverChoice,
  /** What provisioning tries. */
  drivers: readonly SandboxDriver[] = [],
  /** What the server before this one left. */
  leftovers: readonly Sandbox[] = [],
): Promise<RunningServer> {
  await using starting = new AsyncDisposableStack();
  const store = starting.use(new Store(config));
  const secrets = await courseSecrets(config, store);
  const decks = await loadDecks(join(config.labsDir, 'slides'));
  const room = roomOn('driver' in choice ? choice.driver : undefined, config);
  const poolSandboxes = room.seated ? 0 : config.poolSandboxes;
  const isSession = ({ personId, lab }: WorkspaceKey): boolean =>
    store.people.find(personId) !== undefined && labs.some(({ slug }) => slug === lab);
  const survivors = starting.use(await Survivors.among(leftovers, isSession, config.idleTimeoutMs));
  const supply = starting.use(new SandboxSupply(choice, config.limits, poolSandboxes, survivors));
  const sandboxStatus = () => supply.status;

  const watchers = new Watchers();
  const course = new Course(labs, store, sandboxStatus);
  const workspaces = new Workspaces(store, course, watchers, (key) => sessions.peek(key)?.filesChanged());
  const terminals = new Terminals(config, watchers);
  const place = {
    store,
    watchers,
    workspaces,
    terminals,
    room,
    source: supply,
    engine: () => supply.engine(),
  };
  const sessions = starting.use(new LabSessions(course, place, config.idleTimeoutMs));
  const board = starting.use(
    new Board({
      store,
      course,
      sessions,
      watchers,
      courseCode: secrets.courseCode,
      tellLabsChanged: () => sockets.broadcast({ type: 'labs.changed' }),
    }),
  );

  const provisioning = starting.use(
    new ProvisioningDesk({ ...config, repositoryDir, drivers, labs: () => course.labs }),
  );

  const personOf = (token: string) => store.people.byToken(token);
  const origins = new OriginPolicy(config.publicOrigins, config.host);
  const accounts = new Accounts(store, secrets);
  const routes = [
    ...accounts.routes,
    ...courseRoutes(store, course, workspaces, decks),
    ...liveImageRoutes(config.imagesDir),
  ];
  const http = createServer(createApp(routes, { ...config, origins, personOf }));
  const services = {
    store,
    course,
    watchers,
    workspaces,
    sessions,
    terminals,
    typed: new TypedInput(),
    board,
    provisioning,
  };
  const sockets = starting.use(new SocketServer(http, { origins, services, personOf, sandboxStatus }));

  const port = await listen(http, config);
  starting.defer(() => stopListening(http));
  const running = starting.move();
  const labReader = {
    changed: (lab: Lab) => {
      course.replace(lab);
      sockets.broadcast({ type: 'lab.edited', lab: lab.slug, faults: [] });
      board.labsChanged();
    },
    broken: (lab: string, faults: readonly string[]) =>
      sockets.broadcast({ type: 'lab.edited', lab, faults: [...faults] }),
  };
  return { port, ...secrets, labReader, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function listen(http: Server, { port, host }: Pick<Config, 'port' | 'host'>): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port, host }, () => {
      http.off('error', reject);
      resolve((http.address() as AddressInfo).port);
    });
  });
}

async function stopListening(http: Server): Promise<void> {
  const closed = new Promise((resolve) => http.close(resolve));
  http.closeIdleConnections();
  setTimeout(() => http.closeAllConnections(), 500).unref();
  // WebSockets are closed next; waiting for them here would wait for ever.
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 50))]);
}
