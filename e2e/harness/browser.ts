// SPDX-License-Identifier: BSD-2-Clause
import { findBrowser } from '../../tools/prepare/machine.mjs';

/** The machine's own Chromium. Throws, in words, where there is none. */
export function browserPath(): string {
  const path = findBrowser();
  if (path === undefined)
    throw new Error('There is no Chromium on PATH: npm test installs it, or apt-get install chromium.');
  return path;
}
