// SPDX-License-Identifier: BSD-2-Clause
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyPatch, parsePatch, type StructuredPatch } from 'diff';
import type { LabFault } from './faults.ts';
import type { LabAnswers, LabFile, LabFurther, LabMutant } from './lab.ts';
import type { LabManifest } from './manifest.ts';

export interface AnswersFolder {
  readonly dir: string;
  /** A path inside the lab's folder as its author names it. */
  name(path: string): string;
}

/** The solution's files and the mutants made from them, with everything that is wrong with them. */
export async function answersOf(
  folder: AnswersFolder,
  manifest: LabManifest,
  starter: readonly LabFile[],
): Promise<LabAnswers & { readonly faults: readonly LabFault[] }> {
  const faults: LabFault[] = [];
  const solution = await solutionFiles(folder, starter, faults);
  const mutants: LabMutant[] = [];
  for (const mutant of manifest.mutants) {
    const files = await patchedFiles(folder, `mutants/${mutant.name}.patch`, solution, faults);
    mutants.push({ ...mutant, files });
  }
  const further: LabFurther[] = [];
  for (const { id, checks } of manifest.further) {
    const files = await patchedFiles(folder, `further/${id}.patch`, solution, faults);
    further.push({ id, checks, files });
  }
  await unnamedPatches(folder, manifest, faults);
  return { solution, mutants, further, faults };
}

/** The starter with every file replaced that `solution/` has; only what an attendee may edit can be there. */
async function solutionFiles(
  { dir, name }: AnswersFolder,
  starter: readonly LabFile[],
  faults: LabFault[],
): Promise<LabFile[]> {
  const paths = await filesBelow(join(dir, 'solution'));
  if (paths.length === 0)
    faults.push({
      path: name('solution'),
      message: 'A lab needs a solution, or nobody knows that it can be solved.',
    });
  for (const path of paths) {
    const editable = starter.some((file) => file.path === path && file.editable);
    if (!editable)
      faults.push({
        path: name(`solution/${path}`),
        message: 'lab.yaml names no editable file of this path.',
      });
  }
  const solved = async (file: LabFile) =>
    paths.includes(file.path)
      ? { ...file, content: await readFile(join(dir, 'solution', file.path), 'utf8') }
      : file;
  return await Promise.all(starter.map(solved));
}

async function patchedFiles(
  { dir, name }: AnswersFolder,
  path: string,
  solution: readonly LabFile[],
  faults: LabFault[],
): Promise<LabFile[]> {
  const text = await readFile(join(dir, path), 'utf8').catch(() => undefined);
  const fault = (message: string) => faults.push({ path: name(path), message });
  const what = path.startsWith('mutants') ? 'mutant' : 'task';
  if (text === undefined) fault(`This file is missing; lab.yaml has a ${what} of this name.`);
  const patches = text === undefined ? [] : readPatch(text, fault);
  return patches.reduce((files, patch) => patched(files, patch, fault), [...solution]);
}

function readPatch(text: string, fault: (message: string) => void): StructuredPatch[] {
  try {
    const patches = parsePatch(text);
    if (patches.every(({ hunks }) => hunks.length === 0))
      fault('This is no unified diff, or it changes nothing.');
    return patches;
  } catch (error) {
    fault(`This is no unified diff: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

function patched(
  files: readonly LabFile[],
  patch: StructuredPatch,
  fault: (message: string) => void,
): LabFile[] {
  const path = (patch.newFileName ?? '').replace(/^b\//, '');
  const target = files.find((file) => file.path === path && file.editable);
  if (target === undefined) {
    fault(`It changes "${path}", which is no editable file of the lab.`);
    return [...files];
  }
  const content = applyPatch(target.content, patch);
  if (content === false) fault(`It does not fit solution/${path} any more.`);
  return files.map((file) => (file === target && content !== false ? { ...file, content } : file));
}

async function unnamedPatches(
  { dir, name }: AnswersFolder,
  { mutants }: LabManifest,
  faults: LabFault[],
): Promise<void> {
  const known = new Set(mutants.map((mutant) => `${mutant.name}.patch`));
  for (const path of await filesBelow(join(dir, 'mutants'))) {
    if (!known.has(path))
      faults.push({ path: name(`mutants/${path}`), message: 'lab.yaml has no mutant of this name.' });
  }
}

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((path) => path.slice(dir.length + 1)).sort();
}
