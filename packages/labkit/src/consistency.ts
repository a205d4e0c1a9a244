// SPDX-License-Identifier: BSD-2-Clause
import { parsePortName } from '@ringlab/netmap-bindings/layout';
import type { Check } from './checks/check.ts';
import { generalHints } from './checks/failure.ts';
import type { LabFault } from './faults.ts';
import { isFigure } from './figures.ts';
import type { LabText, Section } from './lab-text.ts';
import { machineMisfits } from './machine-misfits.ts';
import { type LabManifest, type LineOf, TOLD_NAME } from './manifest.ts';
import { type Misfit, repeated } from './misfit.ts';
import type { Claim } from './text-claims.ts';

/** A lab's parts, each right by itself. */
export interface LabParts {
  readonly manifest: LabManifest;
  readonly lineOf: LineOf;
  readonly text: LabText;
  /** Targets of the text's links. */
  readonly links: readonly Claim[];
  readonly checks: readonly Check[];
  readonly paths: { readonly manifest: string; readonly text: string; readonly checks: string };
}

/** What is wrong between the parts: names of what does not exist, ids that stand twice. */
export function consistencyFaults(parts: LabParts): LabFault[] {
  const misfits = [
    fileMisfits,
    processMisfits,
    machineMisfits,
    topologyMisfits,
    stepMisfits,
    furtherMisfits,
    mutantMisfits,
    questionMisfits,
  ];
  const inManifest = misfits.flatMap((find) => find(parts)).map((misfit) => manifestFault(parts, misfit));
  return [...inManifest, ...textFaults(parts), ...linkFaults(parts), ...checkFaults(parts)];
}

function manifestFault({ lineOf, paths }: LabParts, { way, message }: Misfit): LabFault {
  const line = lineOf(way);
  return line === undefined ? { path: paths.manifest, message } : { path: paths.manifest, line, message };
}

function fileMisfits({ manifest: { files, firstFile } }: LabParts): Misfit[] {
  const paths = files.map(({ path }) => path);
  return [
    ...repeated(paths, (index) => ['files', index, 'path'], 'file'),
    ...(paths.includes(firstFile)
      ? []
      : [{ way: ['firstFile'], message: `There is no file "${firstFile}" in files.` }]),
    ...(files.some(({ editable }) => editable)
      ? []
      : [{ way: ['files'], message: 'No file is editable: there is nothing to do.' }]),
  ];
}

function processMisfits({ manifest: { processes } }: LabParts): Misfit[] {
  const names = processes.map(({ name }) => name);
  const ports = processes.flatMap(({ waitForPorts }, process) =>
    waitForPorts.flatMap((port, index) => portMisfit(port, ['processes', process, 'waitForPorts', index])),
  );
  const none = processes.some(({ attendee }) => attendee)
    ? []
    : [{ way: ['processes'], message: "No process is the attendee's." }];
  return [...repeated(names, (index) => ['processes', index, 'name'], 'process'), ...ports, ...none];
}

const KERNEL = 'kernel:';
const TOLD = 'told:';

/** Counters know ports without the prefix `netmap:`, so both `p{1` and `vale0:a` are names here. */
function portMisfit(port: string, way: readonly PropertyKey[]): Misfit[] {
  const parsed = parsePortName(port.startsWith('vale') ? port : `netmap:${port}`);
  return parsed.ok ? [] : [{ way, message: parsed.message }];
}

/** `kernel:veth0` is what the kernel counts at that interface, and `told:memif` what a program tells in a file. */
function linkMisfit(
  port: string,
  interfaces: LabManifest['interfaces'],
  way: readonly PropertyKey[],
): Misfit[] {
  if (port.startsWith(TOLD) && TOLD_NAME.test(port.slice(TOLD.length))) return [];
  if (!port.startsWith(KERNEL)) return portMisfit(port, way);
  const name = port.slice(KERNEL.length);
  if (interfaces.some((each) => each.name === name)) return [];
  return [{ way, message: `There is no interface "${name}" in interfaces.` }];
}

function topologyMisfits({ manifest: { topology, processes, interfaces } }: LabParts): Misfit[] {
  const nodes = new Set(topology.nodes.map(({ id }) => id));
  const names = new Set(processes.map(({ name }) => name));
  const processOf = topology.nodes.flatMap(({ process }, index) =>
    process === undefined || names.has(process)
      ? []
      : [{ way: ['topology', 'nodes', index, 'process'], message: `There is no process "${process}".` }],
  );
  const ends = topology.links.flatMap((link, index) =>
    (['from', 'to'] as const).flatMap((end) =>
      nodes.has(link[end])
        ? []
        : [{ way: ['topology', 'links', index, end], message: `There is no node "${link[end]}".` }],
    ),
  );
  const ports = topology.links.flatMap(({ port }, index) =>
    linkMisfit(port, interfaces, ['topology', 'links', index, 'port']),
  );
  return [
    ...repeated(
      [...topology.nodes.map(({ id }) => id)],
      (index) => ['topology', 'nodes', index, 'id'],
      'node',
    ),
    ...repeated(
      topology.links.map(({ id }) => id),
      (index) => ['topology', 'links', index, 'id'],
      'link',
    ),
    ...processOf,
    ...ends,
    ...ports,
  ];
}

function stepMisfits({ manifest: { steps }, checks }: LabParts): Misfit[] {
  const known = new Set(checks.map(({ id }) => id));
  const unknown = steps.flatMap((step, at) =>
    step.checks.flatMap((id, index) =>
      known.has(id) ? [] : [noSuchCheck(id, ['steps', at, 'checks', index])],
    ),
  );
  return [
    ...repeated(
      steps.map(({ id }) => id),
      (index) => ['steps', index, 'id'],
      'step',
    ),
    ...unknown,
  ];
}

/** A task's checks are no step's: the lab is done without them. */
function furtherMisfits({ manifest: { steps, further }, checks }: LabParts): Misfit[] {
  const known = new Set(checks.map(({ id }) => id));
  const required = new Set(steps.flatMap((step) => step.checks));
  const misfits = further.flatMap((task, at) =>
    task.checks.flatMap((id, index) => {
      const way = ['further', at, 'checks', index];
      if (!known.has(id)) return [noSuchCheck(id, way)];
      return required.has(id) ? [{ way, message: `The check "${id}" is one of a step.` }] : [];
    }),
  );
  return [
    ...repeated(
      further.map(({ id }) => id),
      (index) => ['further', index, 'id'],
      'task',
    ),
    ...misfits,
  ];
}

function mutantMisfits({ manifest: { mutants, hints }, checks }: LabParts): Misfit[] {
  const known = new Set(checks.map(({ id }) => id));
  const fails = mutants.flatMap((mutant, at) =>
    Object.entries(mutant.fails).flatMap(([check, hint]) => [
      ...(known.has(check) ? [] : [noSuchCheck(check, ['mutants', at, 'fails', check])]),
      ...(hint in hints || hint in generalHints
        ? []
        : [{ way: ['mutants', at, 'fails', check], message: `There is no hint "${hint}" in hints.` }]),
    ]),
  );
  return [
    ...repeated(
      mutants.map(({ name }) => name),
      (index) => ['mutants', index, 'name'],
      'mutant',
    ),
    ...fails,
  ];
}

function questionMisfits({ manifest: { questions } }: LabParts): Misfit[] {
  const unanswerable = questions.flatMap(({ choices }, index) =>
    choices.some(({ correct }) => correct)
      ? []
      : [{ way: ['questions', index, 'choices'], message: 'No choice of this question is correct.' }],
  );
  return [
    ...repeated(
      questions.map(({ id }) => id),
      (index) => ['questions', index, 'id'],
      'question',
    ),
    ...unanswerable,
  ];
}

function noSuchCheck(id: string, way: readonly PropertyKey[]): Misfit {
  return { way, message: `There is no check "${id}" in checks.ts.` };
}

/** The text has a section for each step, in order, by its title. */
function textFaults({ manifest: { steps, further }, text, paths }: LabParts): LabFault[] {
  return [
    ...sectionFaults(steps, text.sections, '##', paths.text),
    ...sectionFaults(further, text.tasks, '###', paths.text),
  ];
}

function sectionFaults(
  steps: readonly { readonly title: string }[],
  sections: readonly Section[],
  mark: string,
  path: string,
): LabFault[] {
  const wrong = sections.flatMap(({ title, line }, index) => {
    const step = steps[index];
    if (step?.title === title) return [];
    const message =
      step === undefined
        ? `No step of lab.yaml has the title "${title}".`
        : `The step here is "${step.title}", not "${title}".`;
    return [{ path, line, message }];
  });
  const missing = steps
    .slice(sections.length)
    .map(({ title }) => ({ path, message: `There is no section "${mark} ${title}" for this step.` }));
  return [...wrong, ...missing];
}

/** A link is to a file of the workspace, to a drawing, or to a page of the web by https. */
function linkFaults({ links, manifest: { files }, paths }: LabParts): LabFault[] {
  const isFile = (target: string) => files.some(({ path }) => path === target.replace(/^\.\//, ''));
  const isPage = (target: string) => URL.canParse(target) && /^https:\/\/[^/]+\.[^/]/.test(target);
  return links
    .filter(({ text }) => !isFile(text) && !isFigure(text) && !isPage(text))
    .map(({ line, text }) => ({
      path: paths.text,
      line,
      message: `The link "${text}" leads nowhere: it is no file of lab.yaml, and no https address.`,
    }));
}

function checkFaults({ checks, manifest: { steps, further }, paths }: LabParts): LabFault[] {
  const fault = (message: string) => ({ path: paths.checks, message });
  const ids = checks.map(({ id }) => id);
  const inSteps = new Set([...steps, ...further].flatMap((step) => step.checks));
  return [
    ...(ids.length === 0 ? [fault('There is no check.')] : []),
    ...ids
      .filter((id, index) => ids.indexOf(id) !== index)
      .map((id) => fault(`There are two checks "${id}".`)),
    ...ids
      .filter((id) => !inSteps.has(id))
      .map((id) => fault(`The check "${id}" belongs to no step of lab.yaml.`)),
    ...checks.flatMap(({ id, after = [] }, index) =>
      after
        .filter((other) => !ids.slice(0, index).includes(other))
        .map((other) =>
          fault(`The check "${id}" comes after "${other}", but no check before it has that id.`),
        ),
    ),
  ];
}
