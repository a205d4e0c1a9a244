// SPDX-License-Identifier: BSD-2-Clause
// What benchmarks share with stories: a server of their own, the browser, and the pages as people see them.
export { solutionOf } from '../labs.ts';
export { Workspace } from '../pages/workspace.ts';
export { browserPath } from './browser.ts';
export { type Links, Server } from './server.ts';
