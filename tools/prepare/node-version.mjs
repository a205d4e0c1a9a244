// SPDX-License-Identifier: BSD-2-Clause
// Old syntax only: this file must be readable by the Node that it turns away.

const OLDEST_MAJOR = 20;

/**
 * @param {string} version as `process.versions.node` gives it
 * @returns {string | undefined} what is wrong with it, a line
 */
export function nodeFault(version) {
  if (Number(version.split('.')[0]) >= OLDEST_MAJOR) return undefined;
  return `Ringlab needs Node ${OLDEST_MAJOR} or newer to start; this is Node ${version}. Install it from https://nodejs.org, then try again.`;
}
