// SPDX-License-Identifier: BSD-2-Clause
import type {
  LabDetail,
  Me,
  ServerEvent,
  SlotRef,
  TerminalInfo,
  WorkspaceRef,
  WorkspaceState,
} from '@ringlab/protocol';
import { ApiError, errorWords } from './api-error.ts';
import { type DraftStore, LocalDrafts } from './drafts.ts';
import { fetchLabPage } from './http.ts';
import { rateHistory } from './rate-feed.ts';
import { latestRings } from './rings-feed.ts';
import { SaveQueue } from './save-queue.ts';
import { request } from './server-link.ts';
import { store, updateWorkspace } from './store.ts';
import type { TabIdentity } from './tab-identity.ts';

type WorkspaceEvent = Extract<ServerEvent, { workspace: unknown }>;

const NO_DRAFTS: DraftStore = { put() {}, remove() {}, list: () => [] };
const RETRY_MS = 3000;

/** The workspace that this page shows: its files on their way to the server, and what the server tells of it. */
export class WorkspaceSession implements Disposable {
  readonly ref: WorkspaceRef;
  readonly #identity: Promise<{ me: Me; tab: TabIdentity }>;
  #queue: SaveQueue | undefined;
  #personId: string | undefined;
  #lab: LabDetail | undefined;
  #live: WorkspaceState | undefined;
  #rings: { readonly ports: readonly string[]; readonly frame: SlotRef | undefined } | undefined;
  #disposed = false;

  constructor(ref: WorkspaceRef, identity: Promise<{ me: Me; tab: TabIdentity }>) {
    this.ref = ref;
    this.#identity = identity;
  }

  /** The files over HTTP, at once; everything that changes comes when the connection is there. */
  async load(): Promise<void> {
    const [page, { me, tab }] = await Promise.all([this.#labPage(), this.#identity]);
    if (this.#disposed) return;
    this.#personId = this.ref.personId ?? me.person.personId;
    const readOnly = this.#personId !== me.person.personId;
    const { queue } = this.#createQueue(readOnly, tab);
    this.#lab = page.lab;
    this.#show(readOnly);
    queue.load(this.#live?.files ?? page.files);
    if (this.#live !== undefined) this.#apply(this.#live);
  }

  /** After each welcome: from now on events come, and this is what they start from. */
  async online(): Promise<void> {
    const live = await request('workspace.open', { workspace: this.ref });
    if (this.#disposed) return;
    this.#live = live;
    this.#queue?.load(live.files);
    this.#apply(live);
    if (this.#rings !== undefined) await this.#askForRings();
    const { samples } = await request('rates.history', { workspace: this.ref });
    if (!this.#disposed) rateHistory.replace(samples);
  }

  /** Rejects with ApiError before the files are there, and for a workspace that is only looked at. */
  get files(): SaveQueue {
    if (this.#queue === undefined) throw new ApiError('The files are still on their way.');
    return this.#queue;
  }

  async watchRings(ports: readonly string[], frame: SlotRef | undefined): Promise<void> {
    this.#rings = ports.length === 0 ? undefined : { ports, frame };
    await this.#askForRings();
  }

  async #askForRings(): Promise<void> {
    const { ports = [], frame } = this.#rings ?? {};
    await request('rings.watch', { workspace: this.ref, ports: [...ports], ...(frame && { frame }) });
  }

  event(event: WorkspaceEvent): void {
    const { lab, personId } = event.workspace;
    if (lab !== this.ref.lab || personId !== this.#personId) return;
    if (event.type === 'rates') rateHistory.push(event.sample);
    else if (event.type === 'rings') latestRings.push(event.look);
    else if (event.type === 'file.changed') this.#queue?.accept(event.file);
    else if (event.type === 'file.deleted') this.#queue?.remove(event.path);
    else updateWorkspace((workspace) => changed(event, workspace.terminals));
  }

  /** The lab's author changed it: the page shows it as it is now, or what is wrong with it. */
  async labEdited(slug: string, labFaults: readonly string[]): Promise<void> {
    if (slug !== this.ref.lab) return;
    updateWorkspace(() => ({ labFaults }));
    if (labFaults.length > 0) return;
    const { lab, files } = await this.#labPage();
    if (this.#disposed) return;
    this.#lab = lab;
    updateWorkspace(() => ({ lab }));
    for (const file of files) this.#queue?.accept(file);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#queue?.[Symbol.dispose]();
    request('workspace.close', { workspace: this.ref }).catch(() => {});
    rateHistory.replace([]);
    latestRings.push(undefined);
  }

  /** Asks again while the server cannot be reached; a refusal is final. */
  async #labPage() {
    for (;;) {
      try {
        return await fetchLabPage(this.ref);
      } catch (error) {
        store.setState({ workspaceError: errorWords(error) });
        if (!(error instanceof ApiError) || error.code !== 'offline' || this.#disposed) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #createQueue(readOnly: boolean, tab: TabIdentity): { queue: SaveQueue } {
    const { lab } = this.ref;
    const place = `${this.#personId}/${lab}`;
    const queue = new SaveQueue({
      drafts: readOnly ? NO_DRAFTS : new LocalDrafts(place, tab.tabId, localStorage, tab.isAlive),
      save: (path, content, baseVersion) => request('file.save', { lab, path, content, baseVersion }),
      changed: (files) => updateWorkspace(() => ({ files })),
    });
    this.#queue = queue;
    return { queue };
  }

  #show(readOnly: boolean): void {
    if (this.#lab === undefined) return;
    const nothing = {
      files: [],
      run: undefined,
      check: undefined,
      curve: undefined,
      terminals: [],
      labFaults: [],
    };
    store.setState({
      workspace: { ref: this.ref, readOnly, lab: this.#lab, ...nothing },
      workspaceError: undefined,
    });
  }

  #apply({ run, check, curve, terminals }: WorkspaceState): void {
    updateWorkspace(() => ({ run, check, curve, terminals }));
  }
}

type Other = Exclude<WorkspaceEvent, { type: 'rates' | 'rings' | 'file.changed' | 'file.deleted' }>;

function changed(event: Other, terminals: readonly TerminalInfo[]) {
  switch (event.type) {
    case 'run':
      return { run: event.run };
    case 'check':
      return { check: event.check };
    case 'curve':
      return { curve: event.curve };
    case 'terminal.opened':
    case 'terminal.changed':
      return { terminals: withTerminal(terminals, event.terminal) };
    case 'terminal.closed':
      return { terminals: terminals.filter(({ terminalId }) => terminalId !== event.terminalId) };
  }
}

export function withTerminal(
  terminals: readonly TerminalInfo[],
  terminal: TerminalInfo,
): readonly TerminalInfo[] {
  const known = terminals.some(({ terminalId }) => terminalId === terminal.terminalId);
  if (!known) return [...terminals, terminal];
  return terminals.map((each) => (each.terminalId === terminal.terminalId ? terminal : each));
}
