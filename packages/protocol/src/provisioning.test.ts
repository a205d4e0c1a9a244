// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { type Provisioning, type ProvisionLineState, provisioningVerdict } from './provisioning.ts';

function ended(phase: Provisioning['phase'], ...labs: ProvisionLineState[]): Provisioning {
  const lines = labs.map((state, index) => ({
    id: `lab-${index}`,
    part: 'labs' as const,
    title: '',
    state,
    words: '',
  }));
  return { phase, driver: 'docker', lines };
}

test.each([
  [ended('good', 'good', 'good'), 'Ready: everything works with docker.'],
  [ended('good', 'good', 'left-out'), 'Ready for 1 of 2 labs with docker; the other one says what it needs.'],
  [
    ended('good', 'left-out', 'left-out', 'good'),
    'Ready for 1 of 3 labs with docker; the others say what they need.',
  ],
  [ended('bad', 'bad', 'good'), 'Not ready: one line says what to do.'],
  [ended('bad', 'bad', 'bad'), 'Not ready: 2 lines say what to do.'],
  [ended('stopped', 'waiting'), 'Stopped before the end.'],
])('comes to one sentence that is true: %#', (state, words) =>
  expect(provisioningVerdict(state)).toBe(words),
);
