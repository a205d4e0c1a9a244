// SPDX-License-Identifier: BSD-2-Clause
import { randomBytes, randomInt } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Store } from '../store/store.ts';

/** What lets people in. */
export interface CourseSecrets {
  readonly courseCode: string;
  readonly instructorToken: string;
}

const CONSONANTS = 'bdfgklmnprstvz';
const VOWELS = 'aeiou';
const WORDS = 3;
const SYLLABLES_PER_WORD = 2;

/** As configured, or made up once and kept in the data folder. */
export function courseSecrets(
  config: Pick<Config, 'courseCode' | 'instructorToken'>,
  store: Store,
): Promise<CourseSecrets> {
  return store.write(() => ({
    courseCode: config.courseCode ?? store.labs.once('course-code', randomCode),
    instructorToken: config.instructorToken ?? store.labs.once('instructor-token', randomToken),
  }));
}

/** Three words that can be read aloud, `tiko-rasa-bemu`: 70^6 of them are too many to try. */
function randomCode(): string {
  const letter = (letters: string) => letters.charAt(randomInt(letters.length));
  const syllable = () => letter(CONSONANTS) + letter(VOWELS);
  const word = () => Array.from({ length: SYLLABLES_PER_WORD }, syllable).join('');
  return Array.from({ length: WORDS }, word).join('-');
}

const randomToken = () => randomBytes(24).toString('base64url');
