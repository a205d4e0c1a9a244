// SPDX-License-Identifier: BSD-2-Clause
import type { CheckResult } from '@ringlab/protocol';
import { buildLab } from './build.ts';
import { runChecks } from './checks/run-checks.ts';
import { unlessAborted, within } from './checks/wait.ts';
import type { Lab, LabFile, LabFurther, LabMutant } from './lab.ts';
import { loadLabAnswers } from './loader.ts';
import { type Sandbox, SandboxError, type SandboxFittings } from './sandbox.ts';
import { textProblems } from './verify-text.ts';

/** Build and checks of one program take no longer, or something in them never ends. */
export const LONGEST_TRY_MS = 300_000;
/** A sandbox that is asked to end has been killed long before. */
const LONGEST_END_MS = 60_000;

export interface VerifyOptions {
  /** A fresh sandbox; disposed of here. It is asked for without the lab's machines where nothing is started in them. */
  readonly createSandbox: (fittings: SandboxFittings) => Promise<Sandbox>;
  /** `solution`: it alone. `answers`: the starter and the text, too. `all`: every task for going further and every mutant, too. */
  readonly extent: 'solution' | 'answers' | 'all';
  /** How many programs are tried at once, each in its own sandbox; 1 if not given. */
  readonly parallel?: number;
  /** Called before each thing that is tried: `text`, `solution`, `starter`, `mutant no-sync`. */
  readonly onSubject?: (subject: string) => void;
  /** How long one program is tried; five minutes if not said. Its sandbox is then ended, and it is tried once more. */
  readonly longestMs?: number;
  /**
   * Called when that is over, while everything still stands, with `mutant naps did not end within 300 s, at the check scores`;
   * and when the sandbox was lost, which is as inconclusive.
   */
  readonly onInconclusive?: (words: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** What is not as the lab says, a sentence each; empty for a lab that holds. */
export async function verifyLab(lab: Lab, options: VerifyOptions): Promise<string[]> {
  const { solution, mutants, further } = await loadLabAnswers(lab);
  const inMachine = new Set(lab.checks.filter((check) => check.inMachine).map(({ id }) => id));
  const answer: Subject = {
    name: 'solution',
    files: solution,
    problems: checked(solutionProblems),
    withMachines: inMachine.size > 0,
  };
  const text: Subject = {
    name: 'text',
    files: solution,
    problems: (whole, sandbox, { signal }) => textProblems(whole, sandbox, signal),
  };
  const starter: Subject = {
    name: 'starter',
    files: lab.starter,
    problems: checked((results) => [...starterProblems(results), ...unproved(lab, mutants, results)]),
  };
  const subjects = options.extent === 'solution' ? [answer] : [text, answer, starter];
  if (options.extent !== 'solution' && takesCpp(solution))
    subjects.push({ ...answer, name: 'solution in C++', files: inCpp(solution, '.cpp') });
  if (options.extent === 'all') subjects.push(...further.map((task) => furtherSubject(task, inMachine)));
  if (options.extent === 'all') subjects.push(...mutants.map((mutant) => mutantSubject(mutant, inMachine)));
  if (options.extent === 'all' && takesCpp(solution))
    subjects.push(
      ...mutants
        .filter(isShown)
        .slice(0, 1)
        .map((mutant) => inCppToo(mutant, inMachine)),
    );
  const problems = await inParallel(subjects, options.parallel ?? 1, (subject) =>
    verifySubject(lab, subject, options),
  );
  return problems.flat();
}

/** Files that are built in a sandbox, and what is wrong with them there. */
interface Subject {
  readonly name: string;
  readonly files: readonly LabFile[];
  readonly problems: (lab: Lab, sandbox: Sandbox, { signal, onStep }: Trial) => Promise<string[]>;
  /** Whether it gets as far as a check that starts something in a machine; starting one takes seconds. */
  readonly withMachines?: boolean;
}

/** One attempt at a subject. */
interface Trial {
  readonly signal: AbortSignal;
  /** Called with what it comes to. */
  readonly onStep: (step: string) => void;
}

/** Whether a file of C++ may stand in place of one of C. */
function takesCpp(files: readonly LabFile[]): boolean {
  return files.some(({ path, content }) => path.endsWith('Makefile') && content.includes('$(CXX)'));
}

/** Every C file that an attendee may edit, with a C++ file in its place. */
function inCpp(files: readonly LabFile[], ending: '.cpp' | '.cc'): LabFile[] {
  const renamed = (file: LabFile) => ({ ...file, path: file.path.replace(/\.c$/, ending) });
  return files.map((file) => (file.editable ? renamed(file) : file));
}

/** A task that starts nothing in a machine is judged without one, and by what needs none. */
function furtherSubject({ id, checks, files }: LabFurther, inMachine: ReadonlySet<string>): Subject {
  const withMachines = checks.some((check) => inMachine.has(check));
  const matters = (result: CheckResult) =>
    checks.includes(result.id) || (result.optional !== true && (withMachines || !inMachine.has(result.id)));
  const problems = (results: readonly CheckResult[]) => notPassed(results.filter(matters));
  return { name: `further ${id}`, files, problems: checked(problems), withMachines };
}

const isShown = ({ shows }: LabMutant): boolean => shows !== undefined;

/** Whoever writes C++ is led to the mistake, too: one mutant is enough to see it, by the other of the two names that such files have. */
function inCppToo(mutant: LabMutant, inMachine: ReadonlySet<string>): Subject {
  const subject = mutantSubject({ ...mutant, files: inCpp(mutant.files, '.cc') }, inMachine);
  return { ...subject, name: `${subject.name} in C++` };
}

/** `inMachine`: the checks that start something in a machine; other mutants never get as far. */
function mutantSubject(mutant: LabMutant, inMachine: ReadonlySet<string>): Subject {
  const problems = checked((results, lab) => [
    ...mutantProblems(mutant, results, lab),
    ...locationProblems(mutant, results),
  ]);
  const withMachines = Object.keys(mutant.fails).some((id) => inMachine.has(id));
  return { name: `mutant ${mutant.name}`, files: mutant.files, problems, withMachines };
}

/** Runs the lab's checks; `judge` says what the results ought to be. */
function checked(judge: (results: readonly CheckResult[], lab: Lab) => string[]): Subject['problems'] {
  return async (lab, sandbox, { signal, onStep }) => {
    const onResult = ({ id }: CheckResult) => onStep(`the check ${id}`);
    return judge(await runChecks(lab, sandbox, { onResult, signal }), lab);
  };
}

/** Answers in the order of the items; at most `count` of them at once. */
async function inParallel<T, R>(
  items: readonly T[],
  count: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: count }, worker));
  return results;
}

/** What hangs or is lost once may be the machine's fault; twice is wrong. */
async function verifySubject(lab: Lab, subject: Subject, options: VerifyOptions): Promise<string[]> {
  options.onSubject?.(subject.name);
  const first = await tryInTime(lab, subject, options);
  if (!(first instanceof Inconclusive)) return first;
  options.onSubject?.(`${subject.name}, once more`);
  const second = await tryInTime(lab, subject, options);
  return second instanceof Inconclusive ? [second.words] : second;
}

/** What happened says nothing about the subject. */
class Inconclusive {
  readonly words: string;

  constructor(words: string) {
    this.words = words;
  }
}

/** Its sandbox is ended however it comes out. */
async function tryInTime(
  lab: Lab,
  subject: Subject,
  { createSandbox, longestMs = LONGEST_TRY_MS, onInconclusive, signal }: VerifyOptions,
): Promise<string[] | Inconclusive> {
  let step = 'making its sandbox';
  const onStep = (next: string) => {
    step = next;
  };
  const overdue = AbortSignal.timeout(longestMs);
  const trial = { signal: AbortSignal.any([signal, overdue]), onStep };
  const fittings = forChecks(lab);
  const { withMachines = false } = subject;
  const made = createSandbox({ ...fittings, machines: withMachines ? fittings.machines : [] });
  try {
    return await unlessAborted(
      made.then((sandbox) => tryIn(sandbox, lab, subject, trial)),
      trial.signal,
    );
  } catch (fault) {
    if (signal.aborted) throw fault;
    const why = overdue.aborted ? `did not end within ${longestMs / 1000} s` : lostWords(fault);
    if (why === undefined) throw fault;
    const words = `${subject.name} ${why}, at ${step}`;
    await onInconclusive?.(words);
    return new Inconclusive(words);
  } finally {
    await end(made);
  }
}

/** Undefined for a fault that is not the sandbox's. */
function lostWords(fault: unknown): string | undefined {
  return fault instanceof SandboxError ? `came to nothing: ${fault.message}` : undefined;
}

/** Waits no longer than is reasonable: a sandbox that is late is its driver's, which ends all of its own and says when it cannot. */
async function end(made: Promise<Sandbox>): Promise<void> {
  const ended = made.then((sandbox) => sandbox[Symbol.asyncDispose]());
  await within(
    ended.catch(() => undefined),
    LONGEST_END_MS,
  );
}

async function tryIn(
  sandbox: Sandbox,
  lab: Lab,
  { name, files, problems }: Subject,
  trial: Trial,
): Promise<string[]> {
  trial.onStep('putting its files');
  await sandbox.put(files);
  trial.onStep('its build');
  const build = await buildLab(lab, sandbox, trial);
  if (!build.ok) return [`${name}: does not build: ${build.output.trim()}`];
  const warnings = name.startsWith('mutant')
    ? []
    : build.diagnostics.map(
        ({ path, line, message }) => `builds with a warning: ${path}:${line}: ${message}`,
      );
  const found = await problems(lab, sandbox, trial);
  return [...warnings, ...found].map((problem) => `${name}: ${problem}`);
}

/** What a sandbox has in which the lab is checked: checks read counters, which netmap in the kernel has none of. */
export function forChecks({ interfaces, machines, engine = 'unetmap' }: SandboxFittings): SandboxFittings {
  return { interfaces, machines, engine };
}

/** What is optional is no task when the solution does it already. */
function solutionProblems(results: readonly CheckResult[]): string[] {
  const done = results.filter(
    ({ optional, state, hint }) => optional === true && !(state === 'failed' && hint),
  );
  return [
    ...notPassed(results.filter(({ optional }) => optional !== true)),
    ...done.map((result) => `${resultWords(result)}, but must fail with a hint, being for who goes further`),
  ];
}

function notPassed(results: readonly CheckResult[]): string[] {
  return results
    .filter(({ state }) => state !== 'passed')
    .map((result) => `${resultWords(result)}, but must pass`);
}

/** A starter that passes is no exercise; one that fails for a broken check proves nothing. */
function starterProblems(results: readonly CheckResult[]): string[] {
  const unjudged = results.filter(({ state, hint }) => state === 'failed' && hint === undefined);
  const broken = unjudged.map((result) => `${resultWords(result)} for no reason with a hint`);
  return results.some(({ state }) => state === 'failed') ? broken : [...broken, 'passes every check'];
}

/** A check that nobody has seen fail may be one that cannot. */
function unproved(
  { checks, optional }: Lab,
  mutants: readonly LabMutant[],
  starter: readonly CheckResult[],
): string[] {
  const seenFailing = new Set([
    ...starter.filter(({ state }) => state === 'failed').map(({ id }) => id),
    ...mutants.flatMap(({ fails }) => Object.keys(fails)),
  ]);
  return checks
    .filter(({ id }) => !optional.has(id) && !seenFailing.has(id))
    .map(({ id }) => `the check ${id} fails neither for it nor for a mutant`);
}

function mutantProblems({ fails }: LabMutant, results: readonly CheckResult[], { hints }: Lab): string[] {
  const failing = results.filter(({ state }) => state === 'failed');
  const survived = Object.keys(fails).filter((id) => failing.every((result) => result.id !== id));
  const unforeseen = failing.filter(({ id }) => fails[id] === undefined);
  const misled = failing.filter(({ id, hint }) => fails[id] !== undefined && hint !== hints[fails[id]]?.text);
  return [
    ...survived.map((id) => `survives the check ${id}`),
    ...unforeseen.map((result) => `${resultWords(result)}, which lab.yaml does not say`),
    ...misled.map(
      (result) =>
        `${resultWords(result)} with another hint than ${fails[result.id]}: ${result.hint ?? 'none'}`,
    ),
  ];
}

/** Whether an attendee who made this mistake would be led to it. */
function locationProblems({ files, shows }: LabMutant, results: readonly CheckResult[]): string[] {
  const failing = results.find(({ state }) => state === 'failed');
  if (shows === undefined || failing === undefined) return [];
  const { location } = failing;
  const content = files.find(({ path }) => path === location?.path)?.content ?? '';
  const line = location === undefined ? undefined : content.split('\n')[location.line - 1];
  if (line?.includes(shows) === true) return [];
  const place =
    location === undefined ? 'nowhere' : `at ${location.path}:${location.line}, "${line?.trim()}"`;
  return [`the check ${failing.id} points ${place}, not at "${shows}"`];
}

function resultWords({ id, state, actual }: CheckResult): string {
  return `the check ${id} ${state}${actual === undefined ? '' : ` (${actual})`}`;
}
