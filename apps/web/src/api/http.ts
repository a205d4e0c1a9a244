// SPDX-License-Identifier: BSD-2-Clause
import {
  type Deck,
  type DeckList,
  deck,
  deckList,
  type LabPage,
  type LiveImage,
  labPage,
  liveImage,
  type Me,
  me,
  protocolError,
  type ReturnLink,
  returnLink,
  type WorkspaceRef,
} from '@ringlab/protocol';
import { z } from 'zod';
import { ApiError } from './api-error.ts';

const UNREACHABLE = 'The server cannot be reached. Is it running, and is this machine on its network?';
declare global {
  interface Window {
    /** Requests that were under way before the page's own code, by their path. */
    ringlabEarly?: Map<string, Promise<Response>>;
  }
}

const failure = z.object({ error: protocolError });

/** The result parsed by `schema`; rejects with ApiError. */
async function call<T>(path: string, schema: z.ZodType<T>, body?: object): Promise<T> {
  const init = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const early = body === undefined ? takeEarly(path) : undefined;
  const response = await (early ?? fetch(path, init)).catch(() => {
    throw new ApiError(UNREACHABLE);
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusal(response.status, answer);
  return schema.parse(answer);
}

/** The answer that `early.js` asked for; once, because it is only news the first time. */
function takeEarly(path: string): Promise<Response> | undefined {
  const response = window.ringlabEarly?.get(path);
  window.ringlabEarly?.delete(path);
  return response;
}

function refusal(status: number, answer: unknown): ApiError {
  const parsed = failure.safeParse(answer);
  if (parsed.success) return new ApiError(parsed.data.error);
  // A proxy between here and the server answers in its own words; its bad gateways mean that nobody is behind it.
  return status >= 502
    ? new ApiError(UNREACHABLE)
    : new ApiError({ code: 'internal', message: `HTTP ${status}` });
}

export const fetchMe = (): Promise<Me> => call('/api/me', me);
export const postJoin = (code: string, name: string): Promise<Me> => call('/api/join', me, { code, name });
export const postInstructor = (token: string): Promise<Me> => call('/api/instructor', me, { token });
export const postReturn = (token: string): Promise<Me> => call('/api/return', me, { token });
export const postReturnLink = (personId: string): Promise<ReturnLink> =>
  call(`/api/people/${encodeURIComponent(personId)}/return-link`, returnLink, {});
export const fetchLiveImage = (): Promise<LiveImage> => call('/api/live-image', liveImage);
export const postLeave = (): Promise<object> => call('/api/leave', z.object({}), {});

export function fetchLabPage({ lab, personId }: WorkspaceRef): Promise<LabPage> {
  const query = personId === undefined ? '' : `?person=${encodeURIComponent(personId)}`;
  return call(`/api/labs/${encodeURIComponent(lab)}${query}`, labPage);
}

export const fetchDecks = (): Promise<DeckList> => call('/api/decks', deckList);
export const fetchDeck = (slug: string): Promise<Deck> =>
  call(`/api/decks/${encodeURIComponent(slug)}`, deck);
