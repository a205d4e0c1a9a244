// SPDX-License-Identifier: BSD-2-Clause
import { type Provisioning, provisioningVerdict } from '@ringlab/protocol';
import { durationText } from '../units/time-text.ts';

/** The one sentence that the whole list comes to. */
export function Verdict({ provisioning }: { readonly provisioning: Provisioning }) {
  return (
    <p className="provisioning-verdict" data-phase={provisioning.phase} role="status">
      {words(provisioning)}
    </p>
  );
}

function words(provisioning: Provisioning): string {
  const { phase, lines, startedAtMs = 0, endedAtMs = 0 } = provisioning;
  if (phase === 'never')
    return 'Nothing was tried since the server started. Every driver is tried, the image built if it is not there, and every lab’s solution run.';
  if (phase === 'working') {
    const ended = lines.filter(({ state }) => state !== 'waiting' && state !== 'working').length;
    return `Working: ${ended} of ${lines.length} lines are done.`;
  }
  const verdict = provisioningVerdict(provisioning);
  return phase === 'good' ? `${verdict} It took ${durationText(endedAtMs - startedAtMs)}.` : verdict;
}
