// SPDX-License-Identifier: BSD-2-Clause

/** What a case found, under the keys that were recorded. */
export type Got = Readonly<Record<string, unknown>>;
export type Cases = Readonly<Record<string, () => Got | Promise<Got>>>;
