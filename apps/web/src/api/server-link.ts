// SPDX-License-Identifier: BSD-2-Clause
import type { RequestMethod, RequestParams, RequestResult } from '@ringlab/protocol';
import { ApiError } from './api-error.ts';
import { Connection, type ConnectionListener } from './connection.ts';
import { OFFLINE_WORDS } from './pending-requests.ts';
import type { TerminalStream } from './state.ts';
import { TerminalStreams } from './terminal-streams.ts';

let connection: Connection | undefined;

export function connect(tabId: string, listener: ConnectionListener): void {
  connection?.[Symbol.dispose]();
  const url = new URL('/ws', location.href.replace(/^http/, 'ws'));
  connection = new Connection(url.href, tabId, listener);
}

export function disconnect(): void {
  connection?.[Symbol.dispose]();
  connection = undefined;
}

/** The network or this tab came back: find out now. */
export function probeConnection(): void {
  connection?.probe();
}

/** Rejects with ApiError. */
export async function request<M extends RequestMethod>(
  method: M,
  params: RequestParams<M>,
): Promise<RequestResult<M>> {
  if (connection === undefined) throw new ApiError(OFFLINE_WORDS);
  return connection.request(method, params);
}

export const terminalStreams = new TerminalStreams({
  attach: (params) => request('terminal.attach', params),
  detach: (terminalId) => void request('terminal.detach', { terminalId }).catch(() => {}),
  send: (message) => connection?.send(message) ?? false,
  sendFrame: (frame) => connection?.sendFrame(frame) ?? false,
});

export function terminalStream(terminalId: number): TerminalStream {
  return terminalStreams.stream(terminalId);
}
