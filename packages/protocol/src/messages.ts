// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { board } from './board.ts';
import { checkRunState } from './checks.ts';
import { curve } from './curves.ts';
import { protocolError } from './errors.ts';
import { driverName, engineName, labSlug } from './labs.ts';
import { person } from './people.ts';
import { provisioning } from './provisioning.ts';
import { rateSample } from './rates.ts';
import { type RequestMethod, requests } from './requests.ts';
import { ringsLook } from './rings.ts';
import { runState } from './runs.ts';
import { terminalId, terminalInfo } from './terminals.ts';
import { workspaceFile, workspaceRef } from './workspaces.ts';

export const PROTOCOL_VERSION = 1;

const methods = Object.keys(requests) as [RequestMethod, ...RequestMethod[]];

/** Text frames from the browser. The params of a request are parsed by `requests[method].params` next. */
export const clientMessage = z.discriminatedUnion('type', [
  /** The first message of a tab. `tabId` lives as long as the tab, over reconnects. */
  z.object({ type: z.literal('hello'), protocol: z.int(), tabId: z.string().min(8).max(64) }),
  z.object({ type: z.literal('request'), requestId: z.int(), method: z.enum(methods), params: z.unknown() }),
  /** This tab has drawn everything before `offset`; the server pauses the pty when acknowledgments stay away. */
  z.object({ type: z.literal('terminal.ack'), terminalId, offset: z.number().int().nonnegative() }),
  z.object({
    type: z.literal('terminal.resize'),
    terminalId,
    cols: z.int().min(2).max(1000),
    rows: z.int().min(1).max(500),
  }),
  z.object({ type: z.literal('ping'), sentAtMs: z.number() }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

const place = { workspace: workspaceRef.required() };

/** Where sandboxes run, for the header's "unetmap . bubblewrap"; `usable: false` says why Run cannot work. */
export const sandboxStatus = z.object({
  driver: driverName.optional(),
  engine: engineName.optional(),
  /** All that a lab can ask for there; that one alone if left out. */
  engines: z.array(engineName).optional(),
  usable: z.boolean(),
  message: z.string(),
});
export type SandboxStatus = z.infer<typeof sandboxStatus>;

/** Text frames from the server. */
export const serverMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.int(),
    /** Another one than before: the server was restarted, and terminals and runs of before are gone. */
    bootId: z.string(),
    person,
    sandbox: sandboxStatus,
  }),
  z.object({ type: z.literal('reply'), requestId: z.int(), result: z.unknown() }),
  z.object({ type: z.literal('failed'), requestId: z.int(), error: protocolError }),
  /** About a message that was no request, or none at all. */
  z.object({ type: z.literal('complaint'), error: protocolError }),
  z.object({ type: z.literal('pong'), sentAtMs: z.number() }),
  z.object({ type: z.literal('sandbox'), sandbox: sandboxStatus }),
  /** Saved, reset or added by another tab of the same person. */
  z.object({ type: z.literal('file.changed'), ...place, file: workspaceFile }),
  z.object({ type: z.literal('file.deleted'), ...place, path: z.string() }),
  z.object({ type: z.literal('run'), ...place, run: runState }),
  z.object({ type: z.literal('rates'), ...place, sample: rateSample }),
  z.object({ type: z.literal('curve'), ...place, curve }),
  z.object({ type: z.literal('rings'), ...place, look: ringsLook }),
  z.object({ type: z.literal('check'), ...place, check: checkRunState }),
  z.object({ type: z.literal('terminal.opened'), ...place, terminal: terminalInfo }),
  z.object({ type: z.literal('terminal.changed'), ...place, terminal: terminalInfo }),
  z.object({ type: z.literal('terminal.closed'), ...place, terminalId }),
  z.object({ type: z.literal('labs.changed') }),
  /** Its author changed it; with faults, what was there before stays until they are mended. */
  z.object({ type: z.literal('lab.edited'), lab: labSlug, faults: z.array(z.string()) }),
  z.object({ type: z.literal('board'), board }),
  z.object({ type: z.literal('provisioning'), provisioning }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;
export type ServerEvent = Exclude<ServerMessage, { type: 'reply' | 'failed' }>;
