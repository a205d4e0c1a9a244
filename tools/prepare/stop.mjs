// SPDX-License-Identifier: BSD-2-Clause

/** Ends a command with words instead of a stack: what is wrong, and what to do about it. */
export class Stop extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs a command's main function; its exit code is the function's answer, or 1.
 * @param {() => Promise<number>} action
 */
export async function runCommand(action) {
  try {
    process.exitCode = await action();
  } catch (error) {
    console.error(error instanceof Stop ? error.message : error);
    process.exitCode = error instanceof Stop ? error.exitCode : 1;
  }
}
