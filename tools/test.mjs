// SPDX-License-Identifier: BSD-2-Clause
// `npm test`: everything that a fresh machine lacks, a browser included, then every test. See start.mjs about the
// order of imports.
import { nodeFault } from './prepare/node-version.mjs';

const fault = nodeFault(process.versions.node);
if (fault === undefined) import('./suites/run-tests.mjs').then(({ main }) => main(process.argv.slice(2)));
else {
  console.error(fault);
  process.exitCode = 1;
}
