// SPDX-License-Identifier: BSD-2-Clause
import type { LabHint } from '../lab.ts';
import type { Failure } from './verdict.ts';

/** Ends a check as failed from wherever it is: the attendee's program did something that leaves nothing to judge. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.actual);
    this.failure = failure;
  }
}

/** Hints that every lab has; a lab's own of the same id goes before these. */
export const generalHints: Readonly<Record<string, LabHint>> = {
  'program-crashed': {
    text: 'The program crashed. Run it, send it traffic, and look at the last line it printed; an index beyond the end of a ring, or a frame that is shorter than the headers you read, is the usual reason.',
  },
  'program-ended': {
    text: 'The program must go on until it is told to stop: is there a loop, and does it go on without packets?',
    look: /while *\(!stop/,
  },
  'port-missing': {
    text: 'Open the ports that the command line names, and print why when that fails.',
    look: /nm_open *\(/,
  },
};
