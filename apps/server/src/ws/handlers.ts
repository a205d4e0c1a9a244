// SPDX-License-Identifier: BSD-2-Clause
import {
  type Person,
  type RequestMethod,
  type RequestParams,
  type RequestResult,
  requests,
  type WorkspaceRef,
  type WorkspaceState,
} from '@ringlab/protocol';
import type { ProvisioningDesk } from '../provisioning/desk.ts';
import { Refusal } from '../refusal.ts';
import type { Board } from '../sessions/board.ts';
import type { Course } from '../sessions/course.ts';
import type { LabSessions } from '../sessions/lab-sessions.ts';
import type { Terminals } from '../sessions/terminals.ts';
import type { Watcher, Watchers } from '../sessions/watchers.ts';
import type { Workspaces } from '../sessions/workspaces.ts';
import type { WorkspaceKey } from '../store/files.ts';
import type { Store } from '../store/store.ts';
import type { SendFrame } from '../terminals/reader.ts';
import type { TypedInput } from '../terminals/typed.ts';

/** What a request may know of the tab that makes it. */
export interface Asker extends Watcher {
  readonly person: Person;
  /** One connection of the tab. */
  readonly connectionId: string;
  /** The tab itself, over reconnects. */
  readonly tab: string;
  readonly sendFrame: SendFrame;
  /** Runs when the reply to this request was sent, if the connection is still there. */
  afterReply(work: () => void): void;
  /** Runs once: when `key` is undone, or when the connection ends. */
  onEnd(key: string, undo: () => void): void;
  undo(key: string): void;
}

export interface Services {
  readonly store: Store;
  readonly course: Course;
  readonly watchers: Watchers;
  readonly workspaces: Workspaces;
  readonly sessions: LabSessions;
  readonly terminals: Terminals;
  readonly typed: TypedInput;
  readonly board: Board;
  readonly provisioning: ProvisioningDesk;
}

type Handler<M extends RequestMethod> = (
  asker: Asker,
  params: RequestParams<M>,
) => RequestResult<M> | Promise<RequestResult<M>>;

/** One handler a method: a method without one does not compile. */
export type Handlers = { readonly [M in RequestMethod]: Handler<M> };

const own = ({ person }: Asker, lab: string): WorkspaceKey => ({ personId: person.personId, lab });

/** The workspace that a request names: one's own, or, for an instructor, anybody's. */
function readable(
  { person }: Asker,
  { lab, personId = person.personId }: WorkspaceRef,
  services: Services,
): WorkspaceKey {
  services.course.lab(lab);
  if (personId !== person.personId) {
    if (person.role !== 'instructor')
      throw new Refusal('not-allowed', "Only an instructor may look at another's work.");
    if (!services.store.people.find(personId))
      throw new Refusal('no-such-person', 'There is nobody of that id in this course.');
  }
  return { personId, lab };
}

export function createHandlers(services: Services): Handlers {
  return {
    ...workspaceHandlers(services),
    ...runHandlers(services),
    ...terminalHandlers(services),
    ...courseHandlers(services),
    ...provisioningHandlers(services),
  };
}

function workspaceHandlers(services: Services) {
  const { store, watchers, workspaces, sessions } = services;
  return {
    'workspace.open': (asker, { workspace }): WorkspaceState => {
      const key = readable(asker, workspace, services);
      watchers.add(key, asker);
      asker.onEnd(`workspace ${key.personId}/${key.lab}`, () => {
        watchers.remove(key, asker);
        sessions.unwatched(key);
      });
      sessions.watched(key);
      return { workspace: key, files: workspaces.files(key), ...sessions.state(key) };
    },
    'workspace.close': (asker, { workspace }) => {
      const key = readable(asker, workspace, services);
      asker.undo(`workspace ${key.personId}/${key.lab}`);
      return {};
    },
    'file.save': (asker, { lab, ...save }) => workspaces.save(own(asker, lab), save, asker),
    'file.delete': async (asker, { lab, path }) => {
      await workspaces.delete(own(asker, lab), path, asker);
      return {};
    },
    'file.reset': (asker, { lab, path }) => workspaces.reset(own(asker, lab), path, asker),
    'file.versions': (asker, { workspace, path }) => ({
      versions: workspaces.versions(readable(asker, workspace, services), path),
    }),
    'file.version': (asker, { workspace, path, version }) => ({
      content: workspaces.contentOf(readable(asker, workspace, services), path, version),
    }),
    'lab.reset': async (asker, { lab }) => ({ files: await workspaces.resetAll(own(asker, lab), asker) }),
    'labs.list': (asker) => {
      store.people.seen(asker.person.personId);
      return { labs: services.course.summaries(asker.person) };
    },
    'solution.read': (asker, { lab }) => services.course.solution(lab, asker.person),
  } satisfies Partial<Handlers>;
}

function runHandlers(services: Services) {
  const { course, sessions } = services;
  return {
    'run.start': (asker, { lab }) => {
      course.openLab(lab, asker.person);
      return sessions.at(own(asker, lab)).startRun();
    },
    'run.stop': (asker, { lab }) => {
      sessions.at(own(asker, lab)).stopRun();
      return {};
    },
    'rates.history': (asker, { workspace }) => ({
      samples: sessions.peek(readable(asker, workspace, services))?.rateHistory() ?? [],
    }),
    'rings.watch': async (asker, { workspace, ports, frame }) => {
      const key = readable(asker, workspace, services);
      const end = `rings ${key.personId}/${key.lab}`;
      if (ports.length === 0) asker.undo(end);
      else asker.onEnd(end, () => void sessions.peek(key)?.watchRings(asker, []));
      if (ports.length > 0) await sessions.at(key).watchRings(asker, ports, frame);
      return {};
    },
    'rings.steer': (asker, { lab, order }) => {
      course.openLab(lab, asker.person);
      sessions.at(own(asker, lab)).steerRings(order);
      return {};
    },
    'check.start': (asker, { lab }) => {
      course.openLab(lab, asker.person);
      return sessions.at(own(asker, lab)).startCheck();
    },
    'check.stop': (asker, { lab }) => {
      sessions.at(own(asker, lab)).stopCheck();
      return {};
    },
  } satisfies Partial<Handlers>;
}

function terminalHandlers({ course, sessions, terminals, typed }: Services) {
  return {
    'terminal.open': async (asker, { lab, machine, ...size }) => {
      course.openLab(lab, asker.person);
      return (await sessions.at(own(asker, lab)).openShell(size, machine)).info;
    },
    'terminal.close': (asker, { terminalId }) => {
      const { key, terminal } = terminals.own(terminalId, asker.person);
      sessions.at(key).closeTerminal(terminal);
      return {};
    },
    'terminal.attach': (asker, { terminalId, offset }) => {
      const { shownOffset } = terminals.readable(terminalId, asker.person);
      let wanted = true;
      // Frames follow the reply, so that the tab knows what it typed before it sees the echo.
      asker.afterReply(() => {
        if (wanted) terminals.find(terminalId)?.attach(asker.connectionId, asker.sendFrame, offset);
      });
      // By its number: a connection outlives many terminals, and must not hold on to what they printed.
      asker.onEnd(`terminal ${terminalId}`, () => {
        wanted = false;
        terminals.find(terminalId)?.detach(asker.connectionId);
      });
      return { inputOffset: typed.taken(asker.tab, terminalId), shownOffset };
    },
    'terminal.detach': (asker, { terminalId }) => {
      asker.undo(`terminal ${terminalId}`);
      return {};
    },
  } satisfies Partial<Handlers>;
}

function courseHandlers({ course, board }: Services) {
  return {
    'board.open': (asker) => {
      board.open(asker);
      asker.onEnd('board', () => board.close(asker));
      return board.state();
    },
    'board.close': (asker) => {
      asker.undo('board');
      return {};
    },
    'labs.set-open': async (_asker, { lab, open }) => {
      await course.setOpen(lab, open);
      board.labsChanged();
      return {};
    },
    'labs.set-solution-open': async (_asker, { lab, open }) => {
      await course.setSolutionOpen(lab, open);
      board.labsChanged();
      return {};
    },
  } satisfies Partial<Handlers>;
}

function provisioningHandlers({ provisioning }: Services) {
  return {
    'provisioning.open': (asker) => {
      provisioning.open(asker);
      asker.onEnd('provisioning', () => provisioning.close(asker));
      return provisioning.state;
    },
    'provisioning.close': (asker) => {
      asker.undo('provisioning');
      return {};
    },
    'provisioning.start': async (_asker, { driver }) => {
      await provisioning.start(driver);
      return {};
    },
    'provisioning.stop': async () => {
      await provisioning.stop();
      return {};
    },
  } satisfies Partial<Handlers>;
}

/** Parses `params` by the method's schema, asks for its role, and runs its handler. */
export async function handleRequest(
  handlers: Handlers,
  asker: Asker,
  method: RequestMethod,
  params: unknown,
): Promise<unknown> {
  const { role, params: schema } = requests[method];
  if (role === 'instructor' && asker.person.role !== 'instructor') {
    throw new Refusal('not-allowed', 'Only an instructor may do this.');
  }
  const handler = handlers[method] as (asker: Asker, params: unknown) => unknown;
  return handler(asker, schema.parse(params));
}
