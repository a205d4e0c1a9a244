// SPDX-License-Identifier: BSD-2-Clause
import {
  curveLook,
  driverName,
  engineName,
  labProcess,
  labQuestion,
  labStep,
  topology,
  workspacePath,
} from '@ringlab/protocol';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { z } from 'zod';
import type { LabFault } from './faults.ts';

const id = z.string().regex(/^[a-z][a-z0-9-]*$/, 'An id is made of lower-case letters, digits and dashes.');
const sentence = z.string().trim().min(1, 'Some text is needed here.');

/** A regular expression for one line of code, without its comments. */
const look = z.string().transform((text, { addIssue }) => {
  try {
    return new RegExp(text);
  } catch (error) {
    addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
});

/** A sentence, or a sentence and where to look. */
export const hint = z.preprocess(
  (value) => (typeof value === 'string' ? { text: value } : value),
  z.strictObject({ text: sentence, look: look.optional() }),
);

/** As nmstat knows the files of $NMSTAT_TOLD. */
export const TOLD_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;

const file = z.strictObject({
  /** As in the workspace; the starter's text is `starter/` and this path. */
  path: workspacePath,
  editable: z.boolean().default(true),
});

const build = z.strictObject({
  argv: z.array(z.string()).min(1),
  timeoutMs: z.int().min(1000).max(600_000).default(60_000),
});

const runProcess = labProcess
  .extend({
    waitForPorts: z.array(z.string()).default([]),
    namespace: z.enum(['here', 'container']).default('here'),
    machine: id.optional(),
  })
  .strict();

const interfaceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,14}$/, 'An interface has a name of up to 15 characters.');
const interfaceEnd = z.strictObject({ name: interfaceName, address: z.cidrv4() });

/** By passthrough, if it does not say how. */
export const machinePort = z.preprocess(
  (value) => (typeof value === 'object' && value !== null ? { by: 'passthrough', ...value } : value),
  z.discriminatedUnion('by', [
    z.strictObject({ port: z.string(), by: z.literal('passthrough') }),
    z.strictObject({
      port: z.string(),
      by: z.literal('backend'),
      interface: interfaceName.default('eth0'),
      address: z.cidrv4().optional(),
    }),
  ]),
);

const MOST_MACHINES = 4;
const MOST_MACHINE_PORTS = 8;

const machine = z.strictObject({
  name: id.max(15, 'A machine has a name of up to 15 characters.'),
  ports: z
    .array(machinePort)
    .min(1, 'A machine needs a port, or nothing gets in or out.')
    .max(MOST_MACHINE_PORTS),
});

const step = labStep
  .omit({ text: true, checks: true, hints: true })
  .extend({
    id,
    title: sentence,
    checks: z.array(id).min(1, 'A step needs a check, or nobody sees it done.'),
    hints: z.array(sentence),
    /** Where its code is, for a failing check whose hint does not know better. */
    look: look.optional(),
  })
  .strict();

const MOST_MUTANTS = 8;

const mutant = z.strictObject({
  /** `mutants/NAME.patch` is the mistake, as a unified diff of the solution. */
  name: id,
  mistake: sentence,
  /** Exactly the checks that fail, each with the id of the hint that it gives. */
  fails: z.record(id, id).refine((fails) => Object.keys(fails).length > 0, 'A mutant must fail a check.'),
  /** Code of the line that the first failing check must point at. */
  shows: sentence.optional(),
});

/** `lab.yaml`. Text stands in `text.md`, checks in `checks.ts`. */
export const labManifest = z.strictObject({
  title: sentence.describe('For the course page and the head of the text.'),
  summary: sentence.describe('One sentence for the course page.'),
  minutes: z.int().min(1).max(480).describe('How long it takes somebody who knows C.'),
  core: z
    .boolean()
    .default(false)
    .describe('Whether it belongs to the one day; the others are for who goes further.'),
  goals: z.array(sentence).min(1).describe('What one can do afterwards.'),
  files: z.array(file).min(1).describe('Every file of the workspace; its text is in starter/.'),
  firstFile: workspacePath.describe('What the editor shows first.'),
  build: build.describe('What is run before the processes start, and before the checks.'),
  processes: z.array(runProcess).min(1).describe('What Run starts, in this order.'),
  topology: topology.describe('The picture: a link has the rate of one direction of one port.'),
  curve: curveLook
    .extend({
      told: z.string().regex(TOLD_NAME, 'A file has a name of up to 32 letters, digits, "-" and "_".'),
    })
    .strict()
    .optional()
    .describe('What a program measures and tells, a point at a time, and how it is drawn.'),
  needs: z
    .strictObject({
      engines: z.array(engineName).min(1).optional(),
      drivers: z.array(driverName).min(1).optional(),
    })
    .default({})
    .describe('Engines and drivers, if not every one will do.'),
  interfaces: z
    .array(interfaceEnd.extend({ peer: interfaceEnd }))
    .default([])
    .describe('veth pairs; the peers are in a network namespace of their own, the container.'),
  machines: z
    .array(machine)
    .max(MOST_MACHINES)
    .default([])
    .describe('Virtual machines beside the processes, and the ports of the sandbox that each has.'),
  machinesOptional: z
    .boolean()
    .default(false)
    .describe('Where there are no machines, Run starts their processes beside the others.'),
  steps: z.array(step).min(1).describe('The parts of the work; each has a section in text.md.'),
  further: z
    .array(step)
    .default([])
    .describe('Tasks for who is done, with checks of their own; further/ID.patch solves one.'),
  /** What checks may say about a mistake, by id. */
  hints: z.record(id, hint).default({}).describe('What checks may say about a mistake, by id.'),
  mutants: z
    .array(mutant)
    .max(MOST_MUTANTS, `${MOST_MUTANTS} mistakes say enough, and each is tried in a sandbox of its own.`)
    .default([])
    .describe('Typical mistakes, each a patch of the solution in mutants/.'),
  questions: z.array(labQuestion.strict()).default([]).describe('Answered at once, and explained.'),
});
export type LabManifest = z.infer<typeof labManifest>;

/** Where in the file a value stands, given the way to it: `['steps', 2, 'checks']`. From 1. */
export type LineOf = (way: readonly PropertyKey[]) => number | undefined;

export interface ParsedManifest {
  /** Absent when the schema found a fault. */
  readonly manifest?: LabManifest;
  readonly faults: readonly LabFault[];
  readonly lineOf: LineOf;
}

/** Every fault of syntax and shape, with its line. Never throws. */
export function parseManifest(text: string, path: string): ParsedManifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf: LineOf = (way) => lineOfNode(document.contents, way, lines);
  const syntax = [...document.errors, ...document.warnings].map((error) => ({
    path,
    line: lines.linePos(error.pos[0]).line,
    message: error.message,
  }));
  if (syntax.length > 0) return { faults: syntax, lineOf };
  const parsed = labManifest.safeParse(document.toJS(), { reportInput: true });
  if (parsed.success) return { manifest: parsed.data, faults: [], lineOf };
  return { faults: parsed.error.issues.flatMap((issue) => issueFaults(issue, path, lineOf)), lineOf };
}

/** A key that is not known is a fault at that key, each one of its own. */
function issueFaults(issue: z.core.$ZodIssue, path: string, lineOf: LineOf): LabFault[] {
  const ways =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return ways.map((way) => {
    const message = `${wayText(way)}: ${issueText(issue)}`;
    const line = lineOf(way);
    return line === undefined ? { path, message } : { path, line, message };
  });
}

function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'There is no such key; is it misspelled?';
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'This is missing.';
  return issue.message;
}

/** `steps[2].checks` */
function wayText(way: readonly PropertyKey[]): string {
  const text = way.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}

/** The line of the deepest part of `way` that exists: a missing key is shown where its parent begins. */
function lineOfNode(root: Node | null, way: readonly PropertyKey[], lines: LineCounter): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const part of way) {
    const next = child(node, part);
    if (next === undefined) break;
    node = next.node;
    offset = next.offset ?? offset;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

interface Child {
  readonly node: unknown;
  readonly offset: number | undefined;
}

function child(node: unknown, part: PropertyKey): Child | undefined {
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part] as Node | undefined;
    return item === undefined ? undefined : { node: item, offset: item.range?.[0] };
  }
  return isMap(node) ? mapChild(node, part) : undefined;
}

/** A value of a map is shown at its key. */
function mapChild(map: YAMLMap, part: PropertyKey): Child | undefined {
  const pair = map.items.find(({ key }) => isScalar(key) && key.value === part);
  if (pair === undefined) return undefined;
  return { node: pair.value, offset: isScalar(pair.key) ? pair.key.range?.[0] : undefined };
}
