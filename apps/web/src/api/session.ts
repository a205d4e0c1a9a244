// SPDX-License-Identifier: BSD-2-Clause
/** Who this browser is, its connection, and the workspace and board that it has open. */
import type { Me, ProtocolError, ServerEvent, WorkspaceRef } from '@ringlab/protocol';
import { ApiError } from './api-error.ts';
import { backoffMs } from './backoff.ts';
import type { Welcome } from './connection.ts';
import { fetchMe } from './http.ts';
import { connect, disconnect, probeConnection, request, terminalStreams } from './server-link.ts';
import { store } from './store.ts';
import { claimTabIdentity } from './tab-identity.ts';
import { rememberVisit, wasHere } from './visit.ts';
import { WorkspaceSession } from './workspace-session.ts';

const tab = claimTabIdentity();
let identity = Promise.withResolvers<Me>();
let workspaceSession: WorkspaceSession | undefined;
let boardOpen = false;
let provisioningOpen = false;

/** Called once, before the first render. */
export function startSession(): void {
  addEventListener('online', probeConnection);
  addEventListener('offline', probeConnection);
  document.addEventListener('visibilitychange', visibilityChanged);
  addEventListener('pagehide', flushFiles);
  void findSession();
}

export async function signedIn(me: Me): Promise<void> {
  rememberVisit();
  store.setState({ session: 'signed-in', me });
  identity.resolve(me);
  identity = resolved(me);
  const { tabId } = await tab;
  connect(tabId, { online, offline, event, frame: (frame) => terminalStreams.received(frame) });
}

export function signedOut(): void {
  closeWorkspace();
  disconnect();
  identity = Promise.withResolvers<Me>();
  store.setState({
    session: 'signed-out',
    me: undefined,
    board: undefined,
    provisioning: undefined,
    labs: [],
  });
}

export function openWorkspace(ref: WorkspaceRef): Promise<void> {
  closeWorkspace();
  const session = new WorkspaceSession(ref, identify());
  workspaceSession = session;
  if (store.getState().connection === 'online') session.online().catch(reportToConsole);
  return session.load();
}

export function closeWorkspace(): void {
  workspaceSession?.[Symbol.dispose]();
  workspaceSession = undefined;
  store.setState({ workspace: undefined, workspaceError: undefined });
}

/** Throws ApiError when no workspace is open. */
export function currentWorkspace(): WorkspaceSession {
  if (workspaceSession === undefined) throw new ApiError('No lab is open.');
  return workspaceSession;
}

export async function openBoard(): Promise<void> {
  boardOpen = true;
  if (store.getState().connection === 'online') store.setState({ board: await request('board.open', {}) });
}

export async function closeBoard(): Promise<void> {
  boardOpen = false;
  store.setState({ board: undefined });
  await request('board.close', {});
}

export async function openProvisioning(): Promise<void> {
  provisioningOpen = true;
  if (store.getState().connection === 'online')
    store.setState({ provisioning: await request('provisioning.open', {}) });
}

export async function closeProvisioning(): Promise<void> {
  provisioningOpen = false;
  store.setState({ provisioning: undefined });
  await request('provisioning.close', {});
}

function resolved(me: Me) {
  const resolvers = Promise.withResolvers<Me>();
  resolvers.resolve(me);
  return resolvers;
}

async function identify() {
  return { me: await identity.promise, tab: await tab };
}

/** Who comes to the door for the first time has no session: asking for it would only be refused. */
async function findSession(): Promise<void> {
  if (['/join', '/instructor'].includes(location.pathname) && !wasHere()) return signedOut();
  for (let attempt = 0; ; attempt++) {
    try {
      return await signedIn(await fetchMe());
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'offline') return signedOut();
      await waitOffline(backoffMs(attempt));
    }
  }
}

function waitOffline(retryInMs: number): Promise<void> {
  store.setState({ connection: 'offline', retryAtMs: Date.now() + retryInMs });
  return new Promise((resolve) => setTimeout(resolve, retryInMs));
}

function online({ person, sandbox }: Welcome, restarted: boolean): void {
  if (restarted) forgetRuns();
  const { me } = store.getState();
  store.setState({
    connection: 'online',
    retryAtMs: undefined,
    sandbox,
    ...(me === undefined ? {} : { me: { ...me, person } }),
  });
  workspaceSession?.online().catch(reportToConsole);
  if (!restarted) terminalStreams.connectionBack();
  if (boardOpen) openBoard().catch(reportToConsole);
  if (provisioningOpen) openProvisioning().catch(reportToConsole);
  refreshLabs();
}

/** The terminals of the server's last life are gone, and their numbers will name others. */
function forgetRuns(): void {
  terminalStreams.forgetAll();
  store.setState(({ workspace }) => (workspace ? { workspace: { ...workspace, terminals: [] } } : {}));
}

function offline(retryInMs: number): void {
  terminalStreams.connectionLost();
  store.setState({ connection: 'offline', retryAtMs: Date.now() + retryInMs });
  // A refused session looks like a lost connection from here; only HTTP tells them apart.
  fetchMe().catch((error) => {
    if (error instanceof ApiError && error.code === 'not-signed-in') signedOut();
  });
}

function event(event: ServerEvent): void {
  if ('workspace' in event) workspaceEvent(event);
  else if (event.type === 'sandbox') store.setState({ sandbox: event.sandbox });
  else if (event.type === 'board') store.setState({ board: event.board });
  else if (event.type === 'provisioning') store.setState({ provisioning: event.provisioning });
  else if (event.type === 'labs.changed') refreshLabs();
  else if (event.type === 'lab.edited') void workspaceSession?.labEdited(event.lab, event.faults);
  else if (event.type === 'complaint') complained(event.error);
}

/** How far a person got, and which solutions are open to them, changes with a verdict. */
function workspaceEvent(event: Extract<ServerEvent, { workspace: unknown }>): void {
  workspaceSession?.event(event);
  if (event.type === 'check' && event.check.phase === 'ended') refreshLabs();
}

/** What this tab last said to a terminal may have crossed the news that it is gone. */
function complained({ code, message }: ProtocolError): void {
  if (code !== 'no-such-terminal') reportToConsole(message);
}

function refreshLabs(): void {
  request('labs.list', {})
    .then(({ labs }) => store.setState({ labs }))
    .catch(reportToConsole);
}

function visibilityChanged(): void {
  if (document.visibilityState === 'visible') probeConnection();
  else flushFiles();
}

/** The page may go away: send what is unsaved now, not when the typing stops. */
function flushFiles(): void {
  if (store.getState().workspace?.readOnly === false) workspaceSession?.files.flush();
}

function reportToConsole(error: unknown): void {
  console.warn(error);
}
