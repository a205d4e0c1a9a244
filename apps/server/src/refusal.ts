// SPDX-License-Identifier: BSD-2-Clause
import { SandboxError } from '@ringlab/labkit';
import type { ErrorCode, ProtocolError } from '@ringlab/protocol';

/** A request that is answered with a protocol error; its message is a sentence for the one who asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: ProtocolError;

  constructor(code: ErrorCode, message: string, current?: ProtocolError['current']) {
    super(message);
    this.error = { code, message, ...(current && { current }) };
  }
}

/** What the browser is told about `fault`. What nobody foresaw is logged here, and told without details. */
export function protocolErrorOf(fault: unknown): ProtocolError {
  if (fault instanceof Refusal) return fault.error;
  if (fault instanceof SandboxError) return { code: 'no-sandbox', message: fault.message };
  if (isDiskFull(fault)) {
    return {
      code: 'disk-full',
      message: "The server's disk is full: this was not saved. Tell the instructor.",
    };
  }
  console.error(fault);
  return {
    code: 'internal',
    message: 'The server failed at this; what went wrong is in its log. Try again.',
  };
}

const SQLITE_FULL = 13;

/** Of the database or of the file system. */
function isDiskFull(fault: unknown): boolean {
  const { errcode, code } = Object(fault) as { errcode?: unknown; code?: unknown };
  return errcode === SQLITE_FULL || code === 'ENOSPC';
}
