// SPDX-License-Identifier: BSD-2-Clause
import { rename, writeFile } from 'node:fs/promises';

/** As a whole, or not at all: who reads it finds the old text or the new. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}
