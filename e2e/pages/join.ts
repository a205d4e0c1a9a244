// SPDX-License-Identifier: BSD-2-Clause
import type { Locator, Page } from '@playwright/test';

export class JoinPage {
  readonly code: Locator;
  readonly name: Locator;
  readonly submit: Locator;
  readonly problem: Locator;

  constructor(page: Page) {
    this.code = page.getByLabel('Course code');
    this.name = page.getByLabel('Your name');
    this.submit = page.getByRole('button', { name: 'Join the course' });
    this.problem = page.getByRole('alert');
  }
}
