// SPDX-License-Identifier: BSD-2-Clause
import { type Lab, loadLabAnswers } from '@ringlab/labkit';
import type { CheckResult, LabSummary, Person, RequestResult, SandboxStatus } from '@ringlab/protocol';
import { Refusal } from '../refusal.ts';
import { whyNoEngine } from '../sandbox/driver.ts';
import type { Store } from '../store/store.ts';

/** The labs of this course: which there are, which are open, which can run here, and how far a person got. */
export class Course {
  readonly #store: Store;
  readonly #bySlug: Map<string, Lab>;
  readonly #sandboxStatus: () => SandboxStatus;

  constructor(labs: readonly Lab[], store: Store, sandboxStatus: () => SandboxStatus) {
    this.#store = store;
    this.#sandboxStatus = sandboxStatus;
    this.#bySlug = new Map(labs.map((lab) => [lab.slug, lab]));
  }

  /** In their order. */
  get labs(): readonly Lab[] {
    return [...this.#bySlug.values()];
  }

  /** From now on this lab is as its author left it; another lab keeps its place. */
  replace(lab: Lab): void {
    this.#bySlug.set(lab.slug, lab);
  }

  lab(slug: string): Lab {
    const lab = this.#bySlug.get(slug);
    if (!lab)
      throw new Refusal('no-such-lab', `There is no lab ${slug}. The course page lists those there are.`);
    return lab;
  }

  isOpen(slug: string): boolean {
    return this.#store.labs.isOpen(slug);
  }

  /** The lab, for something that runs in it: an attendee may only when it is open. */
  openLab(slug: string, person: Person): Lab {
    const lab = this.lab(slug);
    if (person.role !== 'instructor' && !this.isOpen(slug)) {
      throw new Refusal(
        'lab-closed',
        `${lab.detail.title} is closed: your files are here to read and to edit, and it runs again when the instructor opens it.`,
      );
    }
    const missing = this.missing(lab);
    if (missing) throw new Refusal('no-sandbox', missing);
    return lab;
  }

  async setOpen(slug: string, open: boolean): Promise<void> {
    const lab = this.lab(slug);
    await this.#store.write(() => this.#store.labs.setOpen(lab.slug, open));
  }

  isSolutionOpen(slug: string): boolean {
    return this.#store.labs.isSolutionOpen(slug);
  }

  async setSolutionOpen(slug: string, open: boolean): Promise<void> {
    const lab = this.lab(slug);
    await this.#store.write(() => this.#store.labs.setSolutionOpen(lab.slug, open));
  }

  /** The files in which the solution differs from what the lab begins with. */
  async solution(slug: string, person: Person): Promise<RequestResult<'solution.read'>> {
    const lab = this.lab(slug);
    if (!this.#mayReadSolution(lab, person)) {
      throw new Refusal(
        'solution-locked',
        `The solution of ${lab.detail.title} opens when all of your checks pass, or when the instructor opens it.`,
      );
    }
    const { solution } = await loadLabAnswers(lab);
    const starter = new Map(lab.starter.map(({ path, content }) => [path, content]));
    const changed = solution.filter(({ path, content }) => starter.get(path) !== content);
    return { files: changed.map(({ path, content }) => ({ path, content })) };
  }

  /** How many checks make this lab done. */
  requiredChecks(slug: string): number {
    const { checks, optional } = this.lab(slug);
    return checks.length - optional.size;
  }

  summaries(person: Person): LabSummary[] {
    return this.labs.map((lab) => this.#summary(lab, person));
  }

  #mayReadSolution({ slug }: Lab, { personId, role }: Person): boolean {
    if (role === 'instructor' || this.isSolutionOpen(slug)) return true;
    return this.#store.results.hasPassed({ personId, lab: slug });
  }

  /** Why this lab cannot run on this server. */
  missing(lab: Lab): string | undefined {
    const { usable, message, engine, engines = engine ? [engine] : [], driver } = this.#sandboxStatus();
    if (!usable) return message;
    const noEngine = engines.length > 0 ? whyNoEngine(lab.needs, engines) : undefined;
    if (noEngine !== undefined) return noEngine;
    const { drivers } = lab.needs;
    if (driver && drivers.length > 0 && !drivers.includes(driver)) {
      return `This lab needs sandboxes by ${drivers.join(' or ')}; here they are made by ${driver}.`;
    }
    return undefined;
  }

  #summary(lab: Lab, person: Person): LabSummary {
    const { slug, title, summary, minutes, core } = lab.detail;
    const latest = this.#store.results.latestCheck({ personId: person.personId, lab: slug });
    const passed = passedCount(latest?.results ?? []);
    const missing = this.missing(lab);
    const checks = this.requiredChecks(slug);
    return {
      slug,
      title,
      summary,
      minutes,
      core,
      open: this.isOpen(slug),
      solutionOpen: this.#mayReadSolution(lab, person),
      passed,
      checks,
      ...(missing && { missing }),
    };
  }
}

/** Of the checks that make a lab done. */
export function passedCount(results: readonly CheckResult[]): number {
  return results.filter(({ state, optional }) => state === 'passed' && optional !== true).length;
}
