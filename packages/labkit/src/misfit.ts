// SPDX-License-Identifier: BSD-2-Clause

/** Something wrong, and the way in `lab.yaml` to what is wrong. */
export interface Misfit {
  readonly way: readonly PropertyKey[];
  readonly message: string;
}

export function repeated(
  ids: readonly string[],
  way: (index: number) => readonly PropertyKey[],
  what: string,
): Misfit[] {
  return ids.flatMap((id, index) =>
    ids.indexOf(id) === index ? [] : [{ way: way(index), message: `There are two ${what}s "${id}".` }],
  );
}
