// SPDX-License-Identifier: BSD-2-Clause
import {
  type ClientMessage,
  type ProtocolError,
  type RequestMethod,
  type RequestParams,
  type RequestResult,
  requests,
} from '@ringlab/protocol';
import { ApiError } from './api-error.ts';

interface Pending {
  readonly message: Extract<ClientMessage, { type: 'request' }>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asking again after a lost connection does no harm for these. Saves are not among them: the save queue sends the
 * newest text itself. Nor are workspaces and terminals: who opened them opens them again after each welcome.
 */
const ASKED_AGAIN: ReadonlySet<RequestMethod> = new Set<RequestMethod>([
  'file.versions',
  'file.version',
  'run.stop',
  'check.stop',
  'terminal.close',
  'labs.list',
  'labs.set-open',
]);

export const OFFLINE_WORDS =
  'The server cannot be reached right now. Try again when this page is back online.';
const CUT_WORDS = 'The connection was lost before the server answered. The page shows what came of it.';

/** Requests on their way, by number; each ends with the server's answer or with the connection. */
export class PendingRequests {
  readonly #send: (message: ClientMessage) => boolean;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(send: (message: ClientMessage) => boolean) {
    this.#send = send;
  }

  ask<M extends RequestMethod>(method: M, params: RequestParams<M>): Promise<RequestResult<M>> {
    const requestId = ++this.#lastId;
    const message = { type: 'request', requestId, method, params } as const;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (!this.#send(message) && !ASKED_AGAIN.has(method)) return Promise.reject(new ApiError(OFFLINE_WORDS));
    this.#pending.set(requestId, { message, resolve, reject });
    return promise.then((result) => requests[method].result.parse(result) as RequestResult<M>);
  }

  answered(requestId: number, result: unknown): void {
    this.#take(requestId)?.resolve(result);
  }

  failed(requestId: number, error: ProtocolError): void {
    this.#take(requestId)?.reject(new ApiError(error));
  }

  connectionLost(): void {
    for (const [requestId, { message, reject }] of this.#pending) {
      if (ASKED_AGAIN.has(message.method)) continue;
      this.#pending.delete(requestId);
      reject(new ApiError(CUT_WORDS));
    }
  }

  connectionBack(): void {
    for (const { message } of this.#pending.values()) this.#send(message);
  }

  #take(requestId: number): Pending | undefined {
    const pending = this.#pending.get(requestId);
    this.#pending.delete(requestId);
    return pending;
  }
}
