// SPDX-License-Identifier: BSD-2-Clause
// `npm start`: everything that a fresh machine lacks, then the server. Plain JavaScript, because the Node that
// runs it is the machine's own; and nothing is imported before that Node is known to be new enough.
import { nodeFault } from './prepare/node-version.mjs';

const fault = nodeFault(process.versions.node);
if (fault === undefined) import('./prepare/start-up.mjs').then(({ main }) => main(process.argv.slice(2)));
else {
  console.error(fault);
  process.exitCode = 1;
}
