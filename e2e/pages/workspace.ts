// SPDX-License-Identifier: BSD-2-Clause
import { expect, type Locator, type Page } from '@playwright/test';
import { labPage } from '@ringlab/protocol';

/** Longer than any build and start on a busy machine. */
const RUN_TIMEOUT_MS = 30_000;
/** Virtual machines that have never been started included. */
const CHECK_TIMEOUT_MS = 180_000;
/** A browser's first editor is read and compiled before it shows a line. */
const OPEN_TIMEOUT_MS = 90_000;

/** One lab's workspace, as an attendee or an instructor sees it. */
export class Workspace {
  readonly page: Page;
  readonly lab: string;
  readonly run: Locator;
  readonly stop: Locator;
  readonly check: Locator;
  readonly status: Locator;
  readonly saved: Locator;
  readonly editor: Locator;
  readonly errors: Locator;
  readonly topology: Locator;
  readonly rates: Locator;
  readonly checks: Locator;
  readonly terminals: Locator;
  readonly terminalTabs: Locator;

  constructor(page: Page, lab: string) {
    this.page = page;
    this.lab = lab;
    this.run = page.getByRole('button', { name: /^Run( again)?$/ });
    this.stop = page.getByRole('button', { name: 'Stop', exact: true });
    this.check = page.getByRole('button', { name: /^Check/ });
    this.status = page.getByTestId('run-status');
    this.saved = page.getByTestId('save-indicator');
    this.editor = page.getByTestId('editor');
    this.errors = this.editor.locator('.squiggly-error');
    this.topology = page.getByRole('region', { name: 'Topology' }).last();
    this.rates = page.getByRole('region', { name: 'Rate' }).last();
    this.checks = page.getByRole('region', { name: 'Checks' }).last();
    this.terminals = page.getByRole('region', { name: 'Terminals' }).last();
    this.terminalTabs = page.getByRole('tablist', { name: 'Terminals' }).getByRole('tab');
  }

  async open(origin: string): Promise<void> {
    await this.page.goto(`${origin}/labs/${this.lab}`);
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.editor.locator('.view-line').first()).toBeVisible({ timeout: OPEN_TIMEOUT_MS });
    await expect(this.saved).toHaveText('Saved');
  }

  /** As one pastes: the whole text of a file is replaced. */
  async write(path: string, content: string): Promise<void> {
    await this.openFile(path);
    await this.editor.click();
    await this.page.keyboard.press('Control+A');
    await this.page.evaluate((text) => navigator.clipboard.writeText(text), content);
    await this.page.keyboard.press('Control+V');
    await this.page.keyboard.press('Control+Home');
    await expect.poll(() => this.textOnServer(path)).toBe(content);
    await expect(this.saved).toHaveText('Saved');
  }

  async openFile(path: string): Promise<void> {
    const tab = this.page.getByRole('tablist', { name: 'Open files' }).getByRole('tab', { name: path });
    if (!(await tab.isVisible())) {
      await this.page.keyboard.press('Control+P');
      await this.page.keyboard.insertText(path);
      await this.page.keyboard.press('Enter');
    }
    await tab.click();
    await expect(this.editor.locator('.view-line').first()).toBeVisible();
  }

  /** What the editor shows, as far as it fits; blanks are blanks. */
  async visibleText(): Promise<string> {
    const lines = await this.editor
      .locator('.view-line')
      .evaluateAll((elements) =>
        elements
          .toSorted((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
          .map((element) => element.textContent),
      );
    return lines.join('\n').replaceAll('\u00a0', ' ');
  }

  /** What the server has on its disk. */
  async textOnServer(path: string): Promise<string | undefined> {
    const response = await this.page.request.get(`${new URL(this.page.url()).origin}/api/labs/${this.lab}`);
    const { files } = labPage.parse(await response.json());
    return files.find((file) => file.path === path)?.content;
  }

  async startRun(): Promise<void> {
    await this.run.click();
    await expect(this.status).toContainText('Running', { timeout: RUN_TIMEOUT_MS });
  }

  async stopRun(): Promise<void> {
    await this.stop.click();
    await expect(this.stop).toBeDisabled();
  }

  /** Packets per second of every link, as the chart's legend says them now; a link without a rate is 0. */
  async ratesPps(): Promise<number[]> {
    return (await this.rates.getByRole('listitem').allTextContents()).map(quantityPps);
  }

  /** The same as the topology's links say it. */
  async linkRatesPps(): Promise<number[]> {
    return (await this.topology.getByTitle(/Show its chart/).allTextContents()).map(quantityPps);
  }

  async waitForTraffic(): Promise<void> {
    const busy = async (): Promise<boolean> => (await this.ratesPps()).every((ratePps) => ratePps > 0);
    await expect.poll(busy, { timeout: RUN_TIMEOUT_MS }).toBe(true);
  }

  /** Presses Check and waits for the verdict, however soon it comes. */
  async runCheck(): Promise<'passed' | 'failed'> {
    const verdict = this.page.evaluate(nextVerdict, CHECK_TIMEOUT_MS);
    await this.check.click();
    return (await verdict) === 'passed' ? 'passed' : 'failed';
  }

  async showTerminal(title: string | RegExp): Promise<void> {
    const tab = this.terminalTabs.filter({ hasText: title });
    await tab.click();
    await this.seesTerminal(tab);
  }

  async newShell(): Promise<void> {
    const before = await this.terminalTabs.count();
    await this.page.getByRole('button', { name: 'New terminal' }).click();
    await expect(this.terminalTabs).toHaveCount(before + 1);
    await this.seesTerminal(this.terminalTabs.last());
  }

  /** The tab is there before its terminal is: until it is chosen, the one that is seen is another. */
  async seesTerminal(tab: Locator): Promise<void> {
    await expect(tab).toHaveAttribute('aria-selected', 'true');
    await expect(this.terminals.locator('.xterm-screen:visible')).toBeVisible();
  }

  /** The terminal that is seen, drawn with elements, which the stories' browser is told to do. */
  terminalScreen(): Locator {
    return this.terminals.locator('.xterm-rows:visible');
  }

  async terminalText(): Promise<string> {
    return (await this.terminalScreen().locator('> div').allTextContents())
      .join('\n')
      .replaceAll('\u00a0', ' ');
  }

  async type(line: string): Promise<void> {
    await this.terminals.locator('.xterm-screen:visible').click();
    await this.page.keyboard.type(`${line}\n`);
  }
}

/** In the page: what the summary of checks says when it has been running and is not any more. */
function nextVerdict(timeoutMs: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('The check did not end.')), timeoutMs);
    let begun = false;
    const look = (): void => {
      const summary = document.querySelector('[aria-label="Checks"] [role="status"][data-state]');
      const state = summary?.getAttribute('data-state') ?? null;
      if (begun && state !== null && state !== 'running') resolve(state);
      begun ||= state === 'running';
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  });
}

/** Reads `2.03 Mpps` out of a line of text; 0 where there is no rate. */
export function quantityPps(text: string): number {
  const match = /([\d.]+)\s*([kMG]?)pps/.exec(text);
  const scale = { '': 1, k: 1e3, M: 1e6, G: 1e9 }[match?.[2] ?? ''] ?? 1;
  return match === null ? 0 : Number(match[1]) * scale;
}
