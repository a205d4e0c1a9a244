// SPDX-License-Identifier: BSD-2-Clause
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { labSlug } from '@ringlab/protocol';
import { LabFaults } from './faults.ts';

/** A small lab that holds, to be changed into another one. */
export interface LabTemplate {
  readonly dir: string;
  /** For completion in an editor: `lab.yaml` names it. */
  readonly schemaPath: string;
}

/** Makes a lab's folder, which must not be there yet. Rejects with LabFaults that says what is in the way. */
export async function newLab(dir: string, template: LabTemplate): Promise<void> {
  const slug = basename(dir);
  if (!labSlug.safeParse(slug).success) {
    throw fault(dir, "A lab's folder is named by two digits, a dash and a word: 50-my-lab.");
  }
  const number = slug.slice(0, 2);
  const taken = (await namesIn(dirname(dir))).find((name) => name !== slug && name.startsWith(`${number}-`));
  if (taken !== undefined)
    throw fault(dir, `The number ${number} is taken by ${taken}; a number gives the place in the course.`);
  if ((await namesIn(dir)).length > 0)
    throw fault(dir, 'There is something here already; a new lab needs a folder of its own.');
  await cp(template.dir, dir, { recursive: true }).catch((error: Error) => {
    throw fault(dir, `A lab cannot be made here: ${error.message}.`);
  });
  await edit(join(dir, 'lab.yaml'), (text) =>
    text
      .replace(/\$schema=\S+/, `$schema=${relative(dir, template.schemaPath)}`)
      .replace(/^title: .*$/m, `title: ${titleOf(slug)}`),
  );
}

const namesIn = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

/** `50-my-lab`: My lab. */
function titleOf(slug: string): string {
  const words = slug.slice(3).replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}

function fault(path: string, message: string): LabFaults {
  return new LabFaults([{ path, message }]);
}
