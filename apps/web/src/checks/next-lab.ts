// SPDX-License-Identifier: BSD-2-Clause
import type { LabSummary } from '@ringlab/protocol';

/** The lab to go on with: of those after this one, the first that can be worked on and is not done. */
export function nextLab(labs: readonly LabSummary[], slug: string): LabSummary | undefined {
  const later = labs.slice(labs.findIndex((lab) => lab.slug === slug) + 1);
  return later.find(({ open, missing, passed, checks }) => open && missing === undefined && passed < checks);
}
