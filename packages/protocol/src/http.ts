// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { labDetail, labSummary } from './labs.ts';
import { person, personName } from './people.ts';
import { workspaceFile } from './workspaces.ts';

/**
 * HTTP routes. A failure answers 4xx or 5xx with `{ error: ProtocolError }`.
 *
 *     POST /api/join          joinBody        -> me      sets the session cookie
 *     POST /api/instructor    instructorBody  -> me      sets the session cookie
 *     POST /api/return        returnBody      -> me      sets the session cookie; once for each link
 *     POST /api/people/:personId/return-link  -> returnLink   an instructor's, for an attendee who lost the cookie
 *     POST /api/leave                         -> {}      clears it
 *     GET  /api/me                            -> me      401 without a session
 *     GET  /api/labs                          -> labList
 *     GET  /api/labs/:slug                    -> labPage (the asker's files; an instructor may add ?person=ID)
 *     GET  /api/decks                         -> deckList
 *     GET  /api/decks/:slug                   -> deck
 *     GET  /api/health                        -> { ok: true }   no session needed
 *     GET  /ws                                   the WebSocket
 *     GET  /*                                    the web application
 *
 * Links that are printed at start: `/join?code=CODE` and `/instructor#TOKEN`; on the board, `/return#TOKEN`.
 */
export const joinBody = z.object({
  code: z.string().trim().min(1, 'Type the course code.').max(40),
  name: personName,
});
export const instructorBody = z.object({ token: z.string().min(1).max(200), name: personName.optional() });
export const returnBody = z.object({ token: z.string().min(1).max(200) });

export const returnLink = z.object({ token: z.string(), validMs: z.number().int().positive() });
export type ReturnLink = z.infer<typeof returnLink>;

/** What an attendee can boot a laptop from: where to download it, and what its SHA-256 must be. */
export const liveImage = z.object({
  path: z.string().startsWith('/api/'),
  bytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Debian's. */
  release: z.string(),
});
export type LiveImage = z.infer<typeof liveImage>;

export const me = z.object({ person, courseCode: z.string() });
export type Me = z.infer<typeof me>;

export const labList = z.object({ labs: z.array(labSummary) });
export type LabList = z.infer<typeof labList>;

export const labPage = z.object({ lab: labDetail, files: z.array(workspaceFile) });
export type LabPage = z.infer<typeof labPage>;
