// SPDX-License-Identifier: BSD-2-Clause
import { access, readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { type LabDetail, labSlug, type Topology } from '@ringlab/protocol';
import { answersOf } from './answers.ts';
import { type Check, isCheckList } from './checks/check.ts';
import { generalHints } from './checks/failure.ts';
import { consistencyFaults, type LabParts } from './consistency.ts';
import { type LabFault, LabFaults } from './faults.ts';
import { figureFaults, withFigures } from './figures.ts';
import { findLabs } from './find-labs.ts';
import type { Lab, LabAnswers, LabFile, LabNeeds } from './lab.ts';
import { moduleAddress } from './lab-modules.ts';
import { type LabText, parseLabText } from './lab-text.ts';
import { type LabManifest, parseManifest } from './manifest.ts';
import { textClaims } from './text-claims.ts';

/** Rejects with LabFaults that holds everything that is wrong. */
export async function loadLab(dir: string): Promise<Lab> {
  return (await loadWithAnswers(dir)).lab;
}

/** All labs at these paths, in their order; see `findLabs`. All faults of all labs in one LabFaults. */
export async function loadLabs(paths: readonly string[]): Promise<Lab[]> {
  const outcomes = await Promise.allSettled((await findLabs(paths)).map(loadLab));
  const faults = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? faultsOf(outcome.reason) : [],
  );
  if (faults.length > 0) throw new LabFaults(faults);
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** With the solution and the mutants, which are for `labs verify` alone. */
export async function loadLabAnswers(lab: Lab): Promise<LabAnswers> {
  return (await loadWithAnswers(lab.dir)).answers;
}

function faultsOf(reason: unknown): readonly LabFault[] {
  if (reason instanceof LabFaults) return reason.faults;
  throw reason;
}

/** One lab's folder, and what was found wrong in it so far. */
class Folder {
  readonly dir: string;
  readonly faults: LabFault[] = [];

  constructor(dir: string) {
    this.dir = resolve(dir);
  }

  /** As an author names it: from the folder that holds the labs' folder. */
  name(path: string): string {
    return relative(resolve(this.dir, '../..'), join(this.dir, path));
  }

  fault(path: string, message: string, line?: number): undefined {
    this.faults.push({ path: this.name(path), message, ...(line === undefined ? {} : { line }) });
  }

  async text(path: string): Promise<string> {
    try {
      return await readFile(join(this.dir, path), 'utf8');
    } catch {
      this.fault(path, 'This file is missing, or cannot be read.');
      return '';
    }
  }
}

async function loadWithAnswers(dir: string): Promise<{ lab: Lab; answers: LabAnswers }> {
  const folder = new Folder(dir);
  const slug = basename(folder.dir);
  if (!labSlug.safeParse(slug).success)
    folder.fault('', 'A lab\'s folder is named by two digits, a dash and a word: "03-sink".');
  const parsed = parseManifest(await folder.text('lab.yaml'), folder.name('lab.yaml'));
  folder.faults.push(...parsed.faults);
  const markdown = await folder.text('text.md');
  const text = parseLabText(await withFigures(markdown, (path) => figure(folder, path)));
  const checks = await loadChecks(folder);
  // Of what cannot be read nothing else follows.
  if (parsed.manifest === undefined || checks === undefined) throw new LabFaults(folder.faults);
  const { manifest } = parsed;
  const starter = await starterFiles(folder, manifest);
  const answers = await answersOf({ dir: folder.dir, name: (path) => folder.name(path) }, manifest, starter);
  const { links } = textClaims(markdown);
  const parts = { manifest, lineOf: parsed.lineOf, text, links, checks, paths: pathsOf(folder) };
  folder.faults.push(...answers.faults, ...consistencyFaults(parts));
  if (folder.faults.length > 0) throw new LabFaults(folder.faults);
  return { lab: labOf(folder.dir, slug, manifest, text, starter, checks), answers };
}

async function figure(folder: Folder, path: string): Promise<string> {
  const svg = await folder.text(path);
  if (svg !== '') for (const message of figureFaults(svg)) folder.fault(path, message);
  return svg;
}

/** As faults name them. */
function pathsOf(folder: Folder): LabParts['paths'] {
  return {
    manifest: folder.name('lab.yaml'),
    text: folder.name('text.md'),
    checks: folder.name('checks.ts'),
  };
}

/** Undefined, and a fault, if there are none to be had. */
async function loadChecks(folder: Folder): Promise<readonly Check[] | undefined> {
  const path = join(folder.dir, 'checks.ts');
  if (!(await exists(path))) return folder.fault('checks.ts', 'This file is missing; a lab needs checks.');
  try {
    const { default: checks } = (await import(/* @vite-ignore */ moduleAddress(path))) as {
      default: unknown;
    };
    if (isCheckList(checks)) return checks;
    return folder.fault('checks.ts', 'Its default export must be what defineChecks([...]) gives.');
  } catch (error) {
    const { message = String(error), stack = '' } = error instanceof Error ? error : {};
    return folder.fault('checks.ts', `It cannot be loaded: ${message}`, lineIn(stack));
  }
}

/** What Node says of a module that it cannot read begins with the place; of one that throws, a frame has it. */
function lineIn(stack: string): number | undefined {
  const line = /checks\.ts(?:\?[^:\s]*)?:(\d+)/.exec(stack)?.[1];
  return line === undefined ? undefined : Number(line);
}

async function starterFiles(folder: Folder, { files }: LabManifest): Promise<LabFile[]> {
  const read = async ({ path, editable }: LabManifest['files'][number]) => ({
    path,
    editable,
    content: await folder.text(`starter/${path}`),
  });
  return await Promise.all(files.map(read));
}

function labOf(
  dir: string,
  slug: string,
  manifest: LabManifest,
  text: LabText,
  starter: readonly LabFile[],
  checks: readonly Check[],
): Lab {
  return {
    slug,
    dir,
    detail: detailOf(slug, manifest, text, checks),
    starter,
    build: manifest.build,
    processes: manifest.processes,
    toldCurve: manifest.curve?.told,
    needs: needsOf(manifest),
    interfaces: manifest.interfaces,
    machines: manifest.machines,
    machinesOptional: manifest.machinesOptional,
    engine: onlyEngine(manifest),
    checks,
    optional: optionalOf(manifest),
    hints: { ...generalHints, ...manifest.hints },
    places: placesOf(manifest),
  };
}

function detailOf(slug: string, manifest: LabManifest, text: LabText, checks: readonly Check[]): LabDetail {
  const { title, summary, minutes, core, goals, questions, topology, firstFile } = manifest;
  const optional = optionalOf(manifest);
  return {
    slug,
    title,
    summary,
    minutes,
    core,
    goals,
    questions,
    topology: withMachines(topology, manifest),
    curve: curveOf(manifest),
    firstFile,
    intro: text.intro,
    goingFurther: text.goingFurther,
    steps: manifest.steps.map(({ look: _, ...step }, index) => ({
      ...step,
      text: text.sections[index]?.text ?? '',
    })),
    processes: manifest.processes.map(({ name, argv, attendee, machine }) => ({
      ...{ name, argv, attendee },
      ...(machine && { machine }),
    })),
    further: manifest.further.map(({ look: _, ...task }, index) => ({
      ...task,
      text: text.tasks[index]?.text ?? '',
    })),
    checks: checks.map(({ id, title }) => ({ id, title, ...(optional.has(id) && { optional: true }) })),
  };
}

/** A process is drawn in the machine that it runs in. */
function withMachines(topology: Topology, { processes }: LabManifest): Topology {
  const machineOf = new Map(processes.map(({ name, machine }) => [name, machine]));
  const nodes = topology.nodes.map((node) => {
    const machine = node.machine ?? machineOf.get(node.process ?? '');
    return machine === undefined ? node : { ...node, machine };
  });
  return { ...topology, nodes };
}

/** Checks of tasks for who goes further. */
function optionalOf({ further }: LabManifest): Lab['optional'] {
  return new Set(further.flatMap((task) => task.checks));
}

function placesOf({ steps, further }: LabManifest): Lab['places'] {
  return Object.fromEntries(
    [...steps, ...further].flatMap(({ checks, look }) =>
      look === undefined ? [] : checks.map((id) => [id, look]),
    ),
  );
}

function curveOf({ curve }: LabManifest): LabDetail['curve'] {
  if (curve === undefined) return undefined;
  const { told: _, ...look } = curve;
  return look;
}

/** Most labs run on every driver that carries an engine; machines are beside sandboxes of bubblewrap alone. */
function needsOf({ needs, machines }: LabManifest): LabNeeds {
  return {
    engines: needs.engines ?? ['unetmap', 'kernel'],
    drivers:
      needs.drivers ??
      (machines.length > 0 ? ['bubblewrap'] : ['bubblewrap', 'docker', 'qemu', 'ssh', 'swarm']),
  };
}

function onlyEngine({ needs: { engines = [] } }: LabManifest): Lab['engine'] {
  return engines.length === 1 ? engines[0] : undefined;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
