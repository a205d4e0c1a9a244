// SPDX-License-Identifier: BSD-2-Clause
import { type Check, defineChecks, type Sandbox } from '@ringlab/labkit';
import type { CheckRunState } from '@ringlab/protocol';
import { expect, test } from 'vitest';
import { testDriver } from '../sandbox/bubblewrap/test-folders.ts';
import { DEFAULT_LIMITS } from '../sandbox/limits.ts';
import { Places, type Queue } from '../sessions/places.ts';
import { endSandboxOf } from '../testing/end-sandbox.ts';
import { shellLab } from '../testing/labs.ts';
import { CheckRun } from './check-run.ts';

const driver = testDriver();

const check = (run: Check['run']): readonly Check[] =>
  defineChecks([{ id: 'greets', title: 'Greets', sent: 'Nothing.', expected: 'A greeting.', run }]);

/** Waits for a program that never ends, whoever stops it. */
const hangs = check(async (context) => {
  const program = await context.start(['sh', '-c', 'kill -STOP $PPID; exec sleep 1000']);
  await program.exit;
  return { passed: true };
});

function checkRun(checks: readonly Check[], places: Queue, longestMs?: number): CheckRun {
  return new CheckRun({
    lab: { ...shellLab, checks },
    enter: (signal, onPosition) => places.enter(signal, onPosition),
    takeSandbox: (id): Promise<Sandbox> => driver().create({ id, limits: DEFAULT_LIMITS }),
    files: shellLab.starter.map((file) => ({ ...file, version: 0, starter: true })),
    onChange: () => undefined,
    ...(longestMs !== undefined && { longestMs }),
  });
}

async function ended(run: CheckRun): Promise<CheckRunState> {
  await run.done;
  return run.state;
}

test('a check that never ends is stopped when its time is up, and its place is free again', {
  timeout: 20_000,
}, async () => {
  const places = new Places(1).queue();
  const state = await ended(checkRun(hangs, places, 1500));
  expect(state).toMatchObject({ phase: 'ended', passed: false, results: [{ state: 'skipped' }] });
  expect(state.message).toMatch(/^Stopped after 1.5 s/);
  const next = await ended(
    checkRun(
      check(() => Promise.resolve({ passed: true })),
      places,
    ),
  );
  expect(next).toMatchObject({ passed: true, results: [{ state: 'passed' }] });
});

test('a check that never ends is ended by Stop', { timeout: 20_000 }, async () => {
  const run = checkRun(hangs, new Places(1).queue());
  while (run.state.results[0]?.state !== 'running') await new Promise((resolve) => setTimeout(resolve, 20));
  run.stop();
  expect((await ended(run)).message).toBe('Stopped before all was checked.');
});

test('a check whose sandbox goes away says so, and judges nothing', async () => {
  const lost = check(async (context) => {
    const program = await context.start(['sleep', '31902']);
    await endSandboxOf(['sleep', '31902']);
    const { words } = await program.exit;
    return { passed: false, actual: words, hint: '' };
  });
  expect(await ended(checkRun(lost, new Places(1).queue()))).toMatchObject({
    ...{ phase: 'ended', passed: false, results: [{ state: 'skipped' }] },
    message:
      'This check was cut short, and says nothing about your program. The sandbox has ended; run again to get a new one.',
  });
});
