// SPDX-License-Identifier: BSD-2-Clause
import { type ClientMessage, clientMessage, MAX_FILE_BYTES } from '@ringlab/protocol';
import { z } from 'zod';
import { Allowance } from '../door/allowance.ts';
import { Refusal } from '../refusal.ts';

/** Far more than a tab sends that is drawn in and typed into; what a loop sends is beyond it within seconds. */
const MESSAGE_BURST = 6000;
const MESSAGES_PER_SECOND = 2000;
/** Large files are refused in words, now and then; whoever sends them in a loop keeps the server from everybody else. */
const BYTE_BURST = 48 * 1024 * 1024;
const BYTES_PER_SECOND = 8 * 1024 * 1024;
/** A page asks a few dozen things when it opens, and then what its person does. */
const REQUEST_BURST = 400;
const REQUESTS_PER_SECOND = 50;
const COMPLAINT_BURST = 50;
const COMPLAINTS_PER_SECOND = 5;

/** What one connection may send before it is ended. */
export class Flood {
  readonly #messages = new Allowance(MESSAGE_BURST, MESSAGES_PER_SECOND);
  readonly #bytes = new Allowance(BYTE_BURST, BYTES_PER_SECOND);
  readonly #requests = new Allowance(REQUEST_BURST, REQUESTS_PER_SECOND);
  readonly #complaints = new Allowance(COMPLAINT_BURST, COMPLAINTS_PER_SECOND);

  allowsMessage(bytes: number): boolean {
    return this.#messages.take('') && this.#bytes.take('', bytes);
  }

  allowsRequest(): boolean {
    return this.#requests.take('');
  }

  allowsComplaint(): boolean {
    return this.#complaints.take('');
  }
}

/** Throws Refusal `bad-message` that says what is wrong with the message. */
export function parseMessage(bytes: Buffer): ClientMessage {
  const parsed = clientMessage.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  throw new Refusal('bad-message', `This message is none that the server knows: ${inWords(parsed.error)}.`);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new Refusal('bad-message', 'This message is not JSON.');
  }
}

/** A request whose params are wrong is told so in the words of the schema; every other fault stays as it is. */
export function refusalOfParams(fault: unknown): unknown {
  if (!(fault instanceof z.ZodError)) return fault;
  const [issue] = fault.issues;
  const field = issue?.path[0];
  if (field === 'content' && issue?.code === 'too_big') {
    const limit = `${MAX_FILE_BYTES / 1024 / 1024} MiB`;
    return new Refusal(
      'file-too-large',
      `A file holds at most ${limit}; this one is larger, so it was not saved. Make it shorter.`,
    );
  }
  if (field === 'path') return new Refusal('bad-path', issue?.message ?? 'This is no path.');
  return new Refusal('bad-request', `This request is not as it should be: ${inWords(fault)}.`);
}

function inWords(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}
