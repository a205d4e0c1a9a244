// SPDX-License-Identifier: BSD-2-Clause
import { useAppState } from '../api/index.ts';

const BAD = new Set(['failed', 'limit', 'server-restarted']);

/**
 * Why the run ended, could not start, or what a limit stopped, in the server's words. What a failed build has to
 * say stands in its own terminal.
 */
export function RunNotices() {
  const run = useAppState(({ workspace }) => workspace?.run);
  if (run === undefined || run.notices.length === 0 || run.outcome === 'build-failed') return null;
  const tone = run.outcome !== undefined && BAD.has(run.outcome) ? 'bad' : 'warn';
  return (
    <div className={`notice ${tone} run-notices`} role="status">
      {[...new Set(run.notices)].map((words) => (
        <p key={words}>{words}</p>
      ))}
    </div>
  );
}
