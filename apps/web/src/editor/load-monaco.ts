// SPDX-License-Identifier: BSD-2-Clause
export type Monaco = typeof import('./monaco.ts');

let loading: Promise<Monaco> | undefined;

/** Starts the download at the first call; a failed one is tried again at the next. */
export function loadMonaco(): Promise<Monaco> {
  loading ??= import('./monaco.ts').catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
