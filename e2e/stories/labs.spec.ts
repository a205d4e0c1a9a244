// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { LAB_NAMES, solutionOf } from '../labs.ts';

for (const lab of LAB_NAMES) {
  test(`${lab}: the starter fails with an explanation, the solution passes`, async ({ attendee }) => {
    const workspace = await attendee(`Solver of ${lab}`, lab);
    expect(await workspace.runCheck()).toBe('failed');
    const failed = workspace.checks.locator('[data-state="failed"]');
    await expect(failed.getByText('Expected').first()).toBeVisible();

    for (const { path, content } of solutionOf(lab)) await workspace.write(path, content);
    expect(await workspace.runCheck()).toBe('passed');
    await expect(failed).toHaveCount(0);
  });
}
