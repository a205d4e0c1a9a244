// SPDX-License-Identifier: BSD-2-Clause
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('..', import.meta.url);

/** Names of the recorded cases that the tests beside this folder ask with NetmapPort. */
export const askedOfPorts: readonly string[] = readdirSync(FOLDER)
  .filter((file) => /^golden-.*\.test\.ts$/.test(file))
  .flatMap(
    (file) => readFileSync(new URL(file, FOLDER), 'utf8').match(/(?<=^ {2}')[\w.-]+(?=': async)/gm) ?? [],
  );
