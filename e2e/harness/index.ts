// SPDX-License-Identifier: BSD-2-Clause
// What stories and benchmarks share: a server of their own, seen from outside.
export { browserPath } from './browser.ts';
export { Cable } from './cable.ts';
export { type Links, Server, type ServerOptions } from './server.ts';
