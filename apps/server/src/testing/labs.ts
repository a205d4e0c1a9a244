// SPDX-License-Identifier: BSD-2-Clause
import type { Lab, LabRunProcess } from '@ringlab/labkit';

const process = (name: string, script: string): LabRunProcess => ({
  name,
  argv: ['sh', '-c', script],
  attendee: true,
  waitForPorts: [],
  namespace: 'here',
});

/** A lab that needs no compiler and no netmap: its program is a script, so that tests say what it does. */
export const shellLab: Lab = {
  slug: '01-shell',
  dir: '/nowhere',
  detail: {
    slug: '01-shell',
    title: 'Shell',
    summary: 'For tests of the server.',
    minutes: 1,
    core: false,
    goals: [],
    intro: '',
    steps: [],
    questions: [],
    goingFurther: '',
    topology: { nodes: [], links: [] },
    processes: [{ name: 'main', argv: ['sh', 'main.sh'], attendee: true }],
    checks: [{ id: 'greets', title: 'Greets' }],
    firstFile: 'main.sh',
  },
  starter: [
    { path: 'main.sh', content: 'echo starter\n', editable: true },
    { path: 'Makefile', content: 'all:\n\tsh -n main.sh\n', editable: false },
  ],
  build: { argv: ['make', '--no-print-directory'], timeoutMs: 10_000 },
  processes: [process('main', 'exec sh main.sh')],
  needs: { engines: ['unetmap', 'kernel'], drivers: [] },
  interfaces: [],
  machines: [],
  checks: [],
  hints: {},
  optional: new Set(),
  places: {},
};
