// SPDX-License-Identifier: BSD-2-Clause
import type {
  Board,
  CheckRunState,
  Curve,
  Deck,
  DeckSummary,
  DriverName,
  FileVersion,
  LabDetail,
  LabSummary,
  LiveImage,
  Me,
  ProtocolError,
  Provisioning,
  RateSample,
  RequestResult,
  ReturnLink,
  RingOrder,
  RingsLook,
  RunState,
  SandboxStatus,
  SlotRef,
  TerminalInfo,
  WorkspaceFile,
  WorkspaceRef,
} from '@ringlab/protocol';

/** What the whole page knows of the server. Only `api/` writes it; features read it through `useAppState`. */
export interface AppState {
  /** `connecting` before the first welcome, `offline` whenever the socket is down after it. */
  readonly connection: 'connecting' | 'online' | 'offline';
  /** While offline: when the next attempt to connect starts. */
  readonly retryAtMs: number | undefined;
  /** `unknown` until the server said whether this browser has a session. */
  readonly session: 'unknown' | 'signed-out' | 'signed-in';
  readonly me: Me | undefined;
  readonly sandbox: SandboxStatus | undefined;
  readonly labs: readonly LabSummary[];
  readonly workspace: OpenWorkspace | undefined;
  /** Why the workspace that was asked for cannot be shown. */
  readonly workspaceError: string | undefined;
  readonly board: Board | undefined;
  readonly provisioning: Provisioning | undefined;
}

/** The workspace that this page shows; an instructor may look at somebody else's, read-only. */
export interface OpenWorkspace {
  readonly ref: WorkspaceRef;
  readonly readOnly: boolean;
  readonly lab: LabDetail;
  readonly files: readonly EditedFile[];
  readonly run: RunState | undefined;
  readonly check: CheckRunState | undefined;
  /** What the lab's programs have measured, if they do. */
  readonly curve: Curve | undefined;
  readonly terminals: readonly TerminalInfo[];
  /** While its author writes: why the lab is shown as it was before. */
  readonly labFaults: readonly string[];
}

export type SolutionFile = RequestResult<'solution.read'>['files'][number];

export interface EditedFile extends WorkspaceFile {
  /** `content` is always what the editor shows; `saveState` says how far it got. Unsaved text survives a reload. */
  readonly saveState: 'saved' | 'unsaved' | 'saving' | 'failed' | 'conflict';
  /** With `conflict`, `saveError.current` is the text that stands on the server. */
  readonly saveError?: ProtocolError;
}

/** What features may do. Every promise rejects with an ApiError that carries the ProtocolError. */
export interface Actions {
  join(code: string, name: string): Promise<void>;
  signInAsInstructor(token: string): Promise<void>;
  /** With an instructor's link, this browser is that attendee again. */
  returnAs(token: string): Promise<void>;
  /** An instructor's: a link for an attendee who lost the cookie; it works once. */
  returnLink(personId: string): Promise<ReturnLink>;
  /** Rejects in words when none was built. */
  liveImage(): Promise<LiveImage>;
  leave(): Promise<void>;
  openWorkspace(ref: WorkspaceRef): Promise<void>;
  closeWorkspace(): Promise<void>;

  /** Keeps the text at once (in this browser, too) and saves it soon; never loses it. */
  editFile(path: string, content: string): void;
  /** Saves now; resolves when it is on the server's disk. */
  saveFile(path: string): Promise<void>;
  saveAll(): Promise<void>;
  createFile(path: string): Promise<void>;
  deleteFile(path: string): Promise<void>;
  resetFile(path: string): Promise<void>;
  resetLab(): Promise<void>;
  fileVersions(path: string): Promise<readonly FileVersion[]>;
  fileVersion(path: string, version: number): Promise<string>;
  /** Ends a conflict with this text, which replaces what is on the server. The other text stays as a version. */
  resolveConflict(path: string, content: string): Promise<void>;
  /** The files that the solution changes; rejects while it is locked. */
  solution(): Promise<readonly SolutionFile[]>;

  /** Both save everything first; a run that goes on is stopped before the new one starts. */
  startRun(): Promise<void>;
  stopRun(): Promise<void>;
  startCheck(): Promise<void>;
  stopCheck(): Promise<void>;

  /** In the sandbox, or in one of the lab's virtual machines. */
  openShell(cols: number, rows: number, machine?: string): Promise<TerminalInfo>;
  closeTerminal(terminalId: number): Promise<void>;

  /** From now on `ringsFeed` has the rings of these ports, over reconnects; with none, no more. */
  watchRings(ports: readonly string[], frame?: SlotRef): Promise<void>;
  /** Holds the program of a port at each sync, gives it steps, lets it go. */
  steerRings(order: RingOrder): Promise<void>;

  /** The day's lectures, and one of them. */
  decks(): Promise<readonly DeckSummary[]>;
  deck(slug: string): Promise<Deck>;

  openBoard(): Promise<void>;
  closeBoard(): Promise<void>;
  /** Whether this machine is ready for a course: what was found so far, and from now on as it changes. */
  openProvisioning(): Promise<void>;
  closeProvisioning(): Promise<void>;
  /** With this driver, or the one that runs sandboxes here; begins again when it goes on. */
  startProvisioning(driver?: DriverName): Promise<void>;
  stopProvisioning(): Promise<void>;
  setLabOpen(lab: string, open: boolean): Promise<void>;
  setSolutionOpen(lab: string, open: boolean): Promise<void>;
}

/**
 * Rates arrive ten times a second and are drawn outside React: they do not go through the state.
 * `subscribe` calls back with each new sample; `history` is oldest first, at most ten minutes.
 */
export interface RateFeed {
  history(): readonly RateSample[];
  latest(): RateSample | undefined;
  subscribe(listener: (sample: RateSample) => void): () => void;
  /** Called when the history was replaced as a whole (another workspace, a reconnect). */
  onReset(listener: () => void): () => void;
}

/** Rings slot by slot, twenty times a second, drawn outside React. Undefined: nothing came yet. */
export interface RingsFeed {
  latest(): RingsLook | undefined;
  /** Calls back with each new look, and with undefined for another workspace. */
  subscribe(listener: (look: RingsLook | undefined) => void): () => void;
}

export interface TerminalOutput {
  readonly bytes: Uint8Array;
  /** Clear the terminal before writing. */
  readonly reset: boolean;
  /** Some tab was shown these bytes before: what a program asks in them is answered already. */
  readonly replayed: boolean;
}

/** One terminal's bytes in and out, over reconnects. */
export interface TerminalStream {
  /** Call `drawn` when the bytes were drawn. */
  onOutput(listener: (output: TerminalOutput, drawn: () => void) => void): () => void;
  write(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
  close(): void;
}
