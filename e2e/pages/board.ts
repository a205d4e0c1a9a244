// SPDX-License-Identifier: BSD-2-Clause
import type { Locator, Page } from '@playwright/test';

/** The instructor's board. */
export class Board {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  row(name: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('rowheader', { name }) });
  }

  /** Which lab: its title, as the column says it. */
  openSwitch(title: string): Locator {
    return this.page.getByRole('switch', { name: `${title} is open` });
  }
}
