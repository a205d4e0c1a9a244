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

  /** Copies the link with which another browser becomes this attendee. */
  async linkBack(name: string): Promise<string> {
    await this.page.getByRole('button', { name: `Copy a link back for ${name}` }).click();
    await this.row(name).getByText('link copied').waitFor();
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Which lab: its title. Pressed: everybody may read the solution. */
  solutionLock(title: string): Locator {
    return this.page.getByRole('button', { name: `The solution of ${title} is open to all` });
  }

  /** Which lab: its title, as the column says it. */
  openSwitch(title: string): Locator {
    return this.page.getByRole('switch', { name: `${title} is open` });
  }
}
