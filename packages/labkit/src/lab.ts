// SPDX-License-Identifier: BSD-2-Clause
import type { DriverName, EngineName, LabDetail, LabProcess } from '@ringlab/protocol';
import type { Check } from './checks/check.ts';
import type { Namespace, SandboxFittings } from './sandbox.ts';

/** One lab as its folder says it, without a fault. */
export interface Lab extends SandboxFittings {
  readonly slug: string;
  /** Absolute path of its folder. */
  readonly dir: string;
  readonly detail: LabDetail;
  readonly starter: readonly LabFile[];
  readonly build: LabBuild;
  readonly processes: readonly LabRunProcess[];
  /** The file in which a program tells the points of the lab's curve, if it has one. */
  readonly toldCurve?: string | undefined;
  readonly needs: LabNeeds;
  readonly checks: readonly Check[];
  /** What each hint that a check may give says, by its id. */
  readonly hints: Readonly<Record<string, LabHint>>;
  /** Ids of the checks without which the lab is done. */
  readonly optional: ReadonlySet<string>;
  /** By a check's id: the lines that its step is about. */
  readonly places: Readonly<Record<string, RegExp>>;
}

export interface LabHint {
  readonly text: string;
  /** The lines that the mistake is in, most likely. */
  readonly look?: RegExp | undefined;
}

export interface LabFile {
  /** Relative to the workspace. */
  readonly path: string;
  readonly content: string;
  readonly editable: boolean;
}

export interface LabBuild {
  readonly argv: readonly string[];
  readonly timeoutMs: number;
}

export interface LabRunProcess extends LabProcess {
  /** Ports, as netmap names them, that must exist before this process starts. */
  readonly waitForPorts: readonly string[];
  readonly namespace: Namespace;
}

export interface LabNeeds {
  readonly engines: readonly EngineName[];
  readonly drivers: readonly DriverName[];
}

/** The files that the solution has in place of the starter's, and every typical mistake. Attendees never see them. */
export interface LabAnswers {
  readonly solution: readonly LabFile[];
  readonly mutants: readonly LabMutant[];
  readonly further: readonly LabFurther[];
}

/** The solution with one more task solved. */
export interface LabFurther {
  readonly id: string;
  readonly checks: readonly string[];
  readonly files: readonly LabFile[];
}

/** A typical wrong answer: the solution with one mistake in it. */
export interface LabMutant {
  readonly name: string;
  /** The mistake, a sentence. */
  readonly mistake: string;
  readonly files: readonly LabFile[];
  /** Exactly the checks that fail, each with the hint that it must give. */
  readonly fails: Readonly<Record<string, string>>;
  /** Code of the line that the first failing check must point at. */
  readonly shows?: string | undefined;
}
