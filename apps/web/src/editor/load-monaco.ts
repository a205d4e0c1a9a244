// SPDX-License-Identifier: BSD-2-Clause
import { loadCode } from '../api/index.ts';

export type Monaco = typeof import('./monaco.ts');

let loading: Promise<Monaco> | undefined;

/** Starts the download at the first call. */
export function loadMonaco(): Promise<Monaco> {
  loading ??= loadCode(() => import('./monaco.ts'));
  return loading;
}
