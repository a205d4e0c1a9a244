// SPDX-License-Identifier: BSD-2-Clause
import type { Cases } from './case.ts';
import { eventSets } from './event-sets.ts';
import { libraries } from './libraries.ts';
import { lives } from './lives.ts';
import { memory } from './memory.ts';
import { names } from './names.ts';
import { pipes } from './pipes.ts';
import { polling } from './polling.ts';
import { requests } from './requests.ts';
import { rings } from './rings.ts';
import { senders } from './senders.ts';
import { switches } from './switches.ts';

export const allCases: Cases = {
  ...names,
  ...requests,
  ...memory,
  ...libraries,
  ...rings,
  ...polling,
  ...eventSets,
  ...pipes,
  ...lives,
  ...senders,
  ...switches,
};
