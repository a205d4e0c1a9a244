// SPDX-License-Identifier: BSD-2-Clause
export * from './board.ts';
export * from './checks.ts';
export * from './decks.ts';
export * from './errors.ts';
export * from './figure.ts';
export * from './frames.ts';
export * from './http.ts';
export * from './labs.ts';
export * from './messages.ts';
export * from './people.ts';
export * from './provisioning.ts';
export * from './rates.ts';
export * from './requests.ts';
export * from './rings.ts';
export * from './runs.ts';
export * from './terminals.ts';
export * from './workspaces.ts';
