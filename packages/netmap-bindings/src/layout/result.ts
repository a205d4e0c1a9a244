// SPDX-License-Identifier: BSD-2-Clause

/** A value, or why there is none, in words for a person. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failure(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

/** Thrown where what was read makes no sense, with the words for a `Result`. */
export class Refused extends Error {}

/** What `read` gives, or the words of the `Refused` that it throws. */
export function resultOf<T>(read: () => T): Result<T> {
  try {
    return success(read());
  } catch (error) {
    if (error instanceof Refused) return failure(error.message);
    throw error;
  }
}
