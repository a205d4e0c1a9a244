// SPDX-License-Identifier: BSD-2-Clause
import type { Provisioning } from '@ringlab/protocol';
import { durationText } from '../units/time-text.ts';

/** The one sentence that the whole list comes to. */
export function Verdict({ provisioning }: { readonly provisioning: Provisioning }) {
  return (
    <p className="provisioning-verdict" data-phase={provisioning.phase} role="status">
      {words(provisioning)}
    </p>
  );
}

function words({ phase, lines, driver, startedAtMs = 0, endedAtMs = 0 }: Provisioning): string {
  const bad = lines.filter(({ state }) => state === 'bad').length;
  const ended = lines.filter(({ state }) => state !== 'waiting' && state !== 'working').length;
  switch (phase) {
    case 'never':
      return 'Nothing was tried since the server started. Every driver is tried, the image built if it is not there, and every lab’s solution run.';
    case 'working':
      return `Working: ${ended} of ${lines.length} lines are done.`;
    case 'stopped':
      return 'Stopped before the end.';
    case 'good':
      return `Ready: everything works with ${driver}. It took ${durationText(endedAtMs - startedAtMs)}.`;
    case 'bad':
      return `Not ready: ${bad === 1 ? 'one line says' : `${bad} lines say`} what to do.`;
  }
}
