// SPDX-License-Identifier: BSD-2-Clause
import { useEffect } from 'react';
import { Link } from 'wouter';
import { actions, useAppState } from '../api/index.ts';

/** Says whose workspace an instructor looks at; the board knows the names. */
export function ReadOnlyBanner() {
  const personId = useAppState(({ workspace }) => (workspace?.readOnly ? workspace.ref.personId : undefined));
  const row = useAppState(({ board }) => board?.rows.find((each) => each.personId === personId));
  const online = useAppState(({ connection }) => connection === 'online');
  useEffect(() => {
    if (personId === undefined || !online) return;
    actions.openBoard().catch(() => {});
    return () => void actions.closeBoard().catch(() => {});
  }, [personId, online]);
  if (personId === undefined) return null;
  return (
    <p className="notice workspace-strip">
      <span>
        The workspace of <strong>{row?.name ?? 'an attendee'}</strong>
        {row?.online === false && ', who is away'}. You see what they see and change nothing.
      </span>
      <Link href="/board">Back to the board</Link>
    </p>
  );
}
