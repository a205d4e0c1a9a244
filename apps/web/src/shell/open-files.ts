// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';

const openFiles = z.object({ openPaths: z.array(z.string()), activePath: z.string().optional() });
export interface OpenFiles {
  readonly openPaths: readonly string[];
  readonly activePath?: string | undefined;
}

const key = (lab: string) => `ringlab.open-files/${lab}`;

export function rememberOpenFiles(lab: string, files: OpenFiles): void {
  try {
    localStorage.setItem(key(lab), JSON.stringify(files));
  } catch {
    // No storage: the next visit starts with the lab's first file.
  }
}

export function recallOpenFiles(lab: string): OpenFiles | undefined {
  try {
    return openFiles.parse(JSON.parse(localStorage.getItem(key(lab)) ?? 'null'));
  } catch {
    return undefined;
  }
}
