// SPDX-License-Identifier: BSD-2-Clause

/** One thing that is wrong in a lab's folder. */
export interface LabFault {
  /** As the author would type it: the lab's folder, then the file. */
  readonly path: string;
  /** From 1; absent when it is about a file or folder as a whole. */
  readonly line?: number;
  readonly message: string;
}

/** Everything that is wrong with a lab, or with all of them, in one error: nobody mends one fault at a time. */
export class LabFaults extends Error {
  override readonly name = 'LabFaults';
  readonly faults: readonly LabFault[];

  constructor(faults: readonly LabFault[]) {
    super(faults.map(describeFault).join('\n'));
    this.faults = faults;
  }
}

export function describeFault(fault: LabFault): string {
  const place = fault.line === undefined ? fault.path : `${fault.path}:${fault.line}`;
  return `${place}: ${fault.message}`;
}
