// SPDX-License-Identifier: BSD-2-Clause
import { useState } from 'react';
import { useAppState } from '../api/index.ts';
import { type Outcomes, settleOutcomes } from './step-progress.ts';

const NOTHING: Outcomes = {};

/** What is known of the open workspace's checks. */
export function useOutcomes(): Outcomes {
  const results = useAppState((state) => state.workspace?.check?.results);
  const [known, setKnown] = useState(NOTHING);
  const settled = settleOutcomes(known, results ?? []);
  if (settled !== known) setKnown(settled);
  return settled;
}
