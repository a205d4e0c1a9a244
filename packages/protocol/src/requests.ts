// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { board } from './board.ts';
import { checkRunState } from './checks.ts';
import { curve } from './curves.ts';
import { driverName, labSlug, labSummary } from './labs.ts';
import { provisioning } from './provisioning.ts';
import { rateSample } from './rates.ts';
import { MAX_WATCHED_PORTS, portName, ringOrder, slotRef } from './rings.ts';
import { runState } from './runs.ts';
import { terminalId, terminalInfo } from './terminals.ts';
import { fileVersion, MAX_FILE_BYTES, workspaceFile, workspacePath, workspaceRef } from './workspaces.ts';

const nothing = z.object({});
const ownFile = z.object({ lab: labSlug, path: workspacePath });

/** Everything about a workspace that changes; the lab itself comes over HTTP and does not. */
export const workspaceState = z.object({
  workspace: workspaceRef.required(),
  files: z.array(workspaceFile),
  run: runState.optional(),
  check: checkRunState.optional(),
  curve: curve.optional(),
  terminals: z.array(terminalInfo),
});
export type WorkspaceState = z.infer<typeof workspaceState>;

/**
 * What a browser asks over the WebSocket and the answer it gets: `reply` with `result`, or `failed`.
 * `role` is who may ask. Requests that name a `lab` are about the asker's own workspace.
 */
export const requests = {
  /** From now on events of this workspace come to this tab. */
  'workspace.open': {
    role: 'attendee',
    params: z.object({ workspace: workspaceRef }),
    result: workspaceState,
  },
  'workspace.close': { role: 'attendee', params: z.object({ workspace: workspaceRef }), result: nothing },

  /** Answered when the content is on disk. `baseVersion` is what the edit started from; -1 overwrites whatever is there. */
  'file.save': {
    role: 'attendee',
    params: ownFile.extend({ content: z.string().max(MAX_FILE_BYTES), baseVersion: z.int().min(-1) }),
    result: z.object({ version: z.int(), savedAtMs: z.number() }),
  },
  /** Only files that did not come with the lab; its versions stay. */
  'file.delete': { role: 'attendee', params: ownFile, result: nothing },
  /** Back to the lab's starter; what was there stays as a version. */
  'file.reset': { role: 'attendee', params: ownFile, result: workspaceFile },
  'file.versions': {
    role: 'attendee',
    params: z.object({ workspace: workspaceRef, path: workspacePath }),
    result: z.object({ versions: z.array(fileVersion) }),
  },
  'file.version': {
    role: 'attendee',
    params: z.object({ workspace: workspaceRef, path: workspacePath, version: z.int() }),
    result: z.object({ content: z.string() }),
  },
  /** Every file back to the starter, added files gone; everything stays as a version. */
  'lab.reset': {
    role: 'attendee',
    params: z.object({ lab: labSlug }),
    result: z.object({ files: z.array(workspaceFile) }),
  },

  /** The files that the solution changes; `solution-locked` before the asker may read them. */
  'solution.read': {
    role: 'attendee',
    params: z.object({ lab: labSlug }),
    result: z.object({ files: z.array(z.object({ path: workspacePath, content: z.string() })) }),
  },

  'run.start': { role: 'attendee', params: z.object({ lab: labSlug }), result: runState },
  'run.stop': { role: 'attendee', params: z.object({ lab: labSlug }), result: nothing },
  /** Ten minutes: the last one at full rate, those before at one sample a second. Oldest first. */
  'rates.history': {
    role: 'attendee',
    params: z.object({ workspace: workspaceRef }),
    result: z.object({ samples: z.array(rateSample) }),
  },
  /** From now on `rings` events with these ports come to this tab, and the frame of one slot; with no port, none. */
  'rings.watch': {
    role: 'attendee',
    params: z.object({
      workspace: workspaceRef,
      ports: z.array(portName).max(MAX_WATCHED_PORTS),
      frame: slotRef.optional(),
    }),
    result: nothing,
  },
  /** Holds the program of a port, and lets it go on. It is let go when nobody looks at the workspace's rings any more. */
  'rings.steer': {
    role: 'attendee',
    params: z.object({ lab: labSlug, order: ringOrder }),
    result: nothing,
  },
  'check.start': { role: 'attendee', params: z.object({ lab: labSlug }), result: checkRunState },
  'check.stop': { role: 'attendee', params: z.object({ lab: labSlug }), result: nothing },

  /** A shell in the lab's sandbox, or in one of its virtual machines. */
  'terminal.open': {
    role: 'attendee',
    params: z.object({
      lab: labSlug,
      cols: z.int().min(2).max(1000),
      rows: z.int().min(1).max(500),
      machine: z.string().max(64).optional(),
    }),
    result: terminalInfo,
  },
  'terminal.close': { role: 'attendee', params: z.object({ terminalId }), result: nothing },
  /**
   * Frames of this terminal come to this tab from `offset` (0: from the beginning). When the server no longer has
   * those bytes it sends a `screen` frame first. A second attach of the same tab starts over.
   */
  'terminal.attach': {
    role: 'attendee',
    params: z.object({ terminalId, offset: z.number().int().nonnegative() }),
    /**
     * How many bytes of this tab's input the server already took, and up to where some tab was sent the output before:
     * a program's questions in those bytes (`ESC [ c` and its like) are answered already.
     */
    result: z.object({ inputOffset: z.number(), shownOffset: z.number() }),
  },
  'terminal.detach': { role: 'attendee', params: z.object({ terminalId }), result: nothing },

  /** Summaries of all labs for this person; `labs.changed` says when to ask again. */
  'labs.list': { role: 'attendee', params: nothing, result: z.object({ labs: z.array(labSummary) }) },
  /** From now on `board` events come to this tab. */
  'board.open': { role: 'instructor', params: nothing, result: board },
  'board.close': { role: 'instructor', params: nothing, result: nothing },
  /** From now on `provisioning` events come to this tab. */
  'provisioning.open': { role: 'instructor', params: nothing, result: provisioning },
  'provisioning.close': { role: 'instructor', params: nothing, result: nothing },
  /** With this driver, or the one that runs sandboxes here. One that goes on is stopped first. */
  'provisioning.start': {
    role: 'instructor',
    params: z.object({ driver: driverName.optional() }),
    result: nothing,
  },
  'provisioning.stop': { role: 'instructor', params: nothing, result: nothing },
  'labs.set-open': {
    role: 'instructor',
    params: z.object({ lab: labSlug, open: z.boolean() }),
    result: nothing,
  },
  /** For everybody; whoever passed the checks keeps it open. */
  'labs.set-solution-open': {
    role: 'instructor',
    params: z.object({ lab: labSlug, open: z.boolean() }),
    result: nothing,
  },
} as const;

export type RequestMethod = keyof typeof requests;
export type RequestParams<M extends RequestMethod> = z.infer<(typeof requests)[M]['params']>;
export type RequestResult<M extends RequestMethod> = z.infer<(typeof requests)[M]['result']>;
