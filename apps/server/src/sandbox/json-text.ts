// SPDX-License-Identifier: BSD-2-Clause

/** What somebody else wrote, for a schema to look at; undefined for what is no JSON, as where it was cut short. */
export function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
