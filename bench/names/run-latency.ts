// SPDX-License-Identifier: BSD-2-Clause
import type { Page } from '@playwright/test';
import { Server, solutionOf, type Workspace } from '@ringlab/e2e';
import type { RunPhase } from '@ringlab/protocol';
import type { Benchmark } from '../measurement.ts';
import { launchBrowser } from '../stage/browser.ts';
import { LAB, openWorkspace } from '../stage/terminals.ts';
import { median } from '../statistics.ts';

const RUNS = 20;
const RATE_TIMEOUT_MS = 30_000;

/** When each phase of one run ended, ms after the click. */
interface Walk {
  readonly prepared: number;
  readonly built: number;
  readonly measured: number;
  readonly drawn: number;
}

const PHASES: readonly [name: string, share: (walk: Walk) => number][] = [
  ['prepare', ({ prepared }) => prepared],
  ['build', ({ prepared, built }) => built - prepared],
  ['start', ({ built, measured }) => measured - built],
  ['draw', ({ measured, drawn }) => drawn - measured],
];

export const runLatency: Benchmark = {
  name: 'run-latency',
  how: `from clicking Run to the first rate in the chart's legend, build included, median of ${RUNS} runs; each phase's share: saving and the sandbox, the build, until packets were counted, until they are drawn`,
  run: async (print) => {
    await using server = await Server.start();
    await using browser = await launchBrowser();
    const workspace = await openWorkspace(browser, server, 'Runner');
    for (const { path, content } of solutionOf(LAB)) await workspace.write(path, content);
    const walks: Walk[] = [];
    for (let run = 0; run < RUNS; run++) walks.push(await oneRun(workspace));
    print({ name: 'run-latency', value: median(walks.map(({ drawn }) => drawn)), unit: 'ms' });
    for (const [name, share] of PHASES)
      print({ name: `run-latency-${name}`, value: median(walks.map(share)), unit: 'ms' });
  },
};

/** Of a program that was changed, so that there is something to build. */
async function oneRun(workspace: Workspace): Promise<Walk> {
  const { page } = workspace;
  await workspace.editor.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+S');
  await page.waitForTimeout(300);
  await workspace.saved.filter({ hasText: 'Saved' }).waitFor();

  const drawn = drawnAndClicked(page);
  await workspace.run.click();
  const { clickMs, drawnMs } = await drawn;
  const walk = await heardSince(page, clickMs, drawnMs);
  await workspace.stopRun();
  return walk;
}

function drawnAndClicked(page: Page): Promise<{ clickMs: number; drawnMs: number }> {
  return page.evaluate(
    (timeoutMs) =>
      new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error('No rate was drawn.')), timeoutMs);
        let clickMs = Number.NaN;
        addEventListener('click', ({ timeStamp }) => (clickMs = timeStamp), { capture: true, once: true });
        benchSocket.messages.splice(0);
        // The legend still says what the run before ended with, until this run has a rate of its own.
        const isMeasured = (): boolean => {
          const running = benchSocket.messages.findLast(
            ({ message }) => message.type === 'run' && message.run.phase === 'running',
          );
          return benchSocket.messages.some(
            ({ atMs, message }) =>
              message.type === 'rates' &&
              atMs > (running?.atMs ?? Number.POSITIVE_INFINITY) &&
              message.sample.ports.some(({ rx }) => rx.pps > 0),
          );
        };
        new MutationObserver((_, observer) => {
          const values = [...document.querySelectorAll('.rates-legend [data-value]')];
          if (!isMeasured() || !values.some(({ textContent }) => /[1-9]/.test(textContent))) return;
          observer.disconnect();
          requestAnimationFrame(() => resolve({ clickMs, drawnMs: performance.now() }));
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
    RATE_TIMEOUT_MS,
  );
}

async function heardSince(page: Page, clickMs: number, drawnMs: number): Promise<Walk> {
  const messages = await page.evaluate(() => benchSocket.messages);
  const first = (phase: RunPhase): number =>
    messages.find(({ message }) => message.type === 'run' && message.run.phase === phase)?.atMs ?? Number.NaN;
  const rate = messages.find(
    ({ message }) => message.type === 'rates' && message.sample.ports.some(({ rx }) => rx.pps > 0),
  );
  return {
    prepared: first('building') - clickMs,
    built: first('running') - clickMs,
    measured: (rate?.atMs ?? Number.NaN) - clickMs,
    drawn: drawnMs - clickMs,
  };
}
