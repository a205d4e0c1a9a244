// SPDX-License-Identifier: BSD-2-Clause
const KEY = 'ringlab.was-here';

/** Whether somebody ever signed in with this browser; true where nothing can be kept. */
export function wasHere(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return true;
  }
}

export function rememberVisit(): void {
  try {
    localStorage.setItem(KEY, 'yes');
  } catch {
    // No storage: the server is asked at each visit.
  }
}
