// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';

/**
 * Every failure that the server reports to a browser. The union is closed: a new kind of failure is a new
 * member here, so that the web's `switch` over `code` stops compiling until it says what to do about it.
 * `message` is a sentence for a person: what was wrong, where, and what to do.
 */
export const errorCode = z.enum([
  'bad-message',
  'bad-request',
  'not-signed-in',
  'not-allowed',
  'wrong-course-code',
  'wrong-token',
  'no-such-lab',
  'lab-closed',
  'solution-locked',
  'no-such-file',
  'not-editable',
  'bad-path',
  'file-too-large',
  'version-conflict',
  'disk-full',
  'no-such-terminal',
  'no-such-run',
  'no-such-person',
  'no-such-deck',
  'busy',
  'no-sandbox',
  'too-many',
  'internal',
]);
export type ErrorCode = z.infer<typeof errorCode>;

export const protocolError = z.object({
  code: errorCode,
  message: z.string(),
  /** With `version-conflict`: what is on disk now, so that the browser can show both and lose neither. */
  current: z.object({ version: z.int(), content: z.string() }).optional(),
});
export type ProtocolError = z.infer<typeof protocolError>;
