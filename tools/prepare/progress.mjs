// SPDX-License-Identifier: BSD-2-Clause

/**
 * Shows that something long is happening: on a terminal one line that changes, elsewhere a line at its start and
 * one at its end.
 * @template T
 * @param {string} title
 * @param {(show: (detail: string) => void) => Promise<T>} action may show what it is at
 * @returns {Promise<T>}
 */
export async function withProgress(title, action) {
  const line = process.stdout.isTTY ? changingLine(title) : plainLines(title);
  const startedAtMs = Date.now();
  const seconds = () => `${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`;
  try {
    const result = await action(line.show);
    line.end(`${title}: done, ${seconds()}`);
    return result;
  } catch (error) {
    line.end(`${title}: failed after ${seconds()}`);
    throw error;
  }
}

/** @param {string} title */
function plainLines(title) {
  console.log(`${title} ...`);
  return { show: () => {}, end: (/** @type {string} */ text) => console.log(text) };
}

/** @param {string} title */
function changingLine(title) {
  const startedAtMs = Date.now();
  let detail = '';
  const draw = () => {
    const text = `${title} ... ${Math.floor((Date.now() - startedAtMs) / 1000)} s  ${detail}`;
    process.stdout.write(`\r\x1b[K${text.slice(0, (process.stdout.columns ?? 80) - 1)}`);
  };
  const timer = setInterval(draw, 250);
  draw();
  return {
    show: (/** @type {string} */ text) => {
      detail = text;
    },
    end: (/** @type {string} */ text) => {
      clearInterval(timer);
      process.stdout.write(`\r\x1b[K${text}\n`);
    },
  };
}
