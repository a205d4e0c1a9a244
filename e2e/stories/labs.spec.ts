// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from '../fixtures.ts';
import { PLAIN_LAB_NAMES, solutionOf } from '../labs.ts';

for (const lab of PLAIN_LAB_NAMES) {
  test(`${lab}: the starter fails with an explanation, the solution passes`, async ({ attendee }) => {
    const workspace = await attendee(`Solver of ${lab}`, lab);
    expect(await workspace.runCheck()).toBe('failed');
    // The solution need not solve the tasks for who goes further.
    const required = workspace.checks.getByRole('list', { name: 'Checks', exact: true });
    const failed = required.locator('[data-state="failed"]');
    await expect(failed.getByText('Expected').first()).toBeVisible();

    for (const { path, content } of solutionOf(lab)) await workspace.write(path, content);
    expect(await workspace.runCheck()).toBe('passed');
    await expect(failed).toHaveCount(0);
  });
}
