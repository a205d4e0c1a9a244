// SPDX-License-Identifier: BSD-2-Clause
import type { ErrorCode, ProtocolError } from '@ringlab/protocol';

/** What every rejected action carries: the server's error, or `offline` when it could not be asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode | 'offline';
  readonly error: ProtocolError | undefined;

  constructor(error: ProtocolError | string) {
    super(typeof error === 'string' ? error : error.message);
    this.code = typeof error === 'string' ? 'offline' : error.code;
    this.error = typeof error === 'string' ? undefined : error;
  }
}

/** The sentence to show for anything that an action rejected with. */
export function errorWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
