// SPDX-License-Identifier: BSD-2-Clause
import { Check, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { actions, errorWords } from '../api/index.ts';

interface ReturnLinkProps {
  readonly personId: string;
  readonly name: string;
}

/** For an attendee whose browser forgot them, or who changed seats: copies a link back to their work. */
export function ReturnLink({ personId, name }: ReturnLinkProps) {
  const [told, setTold] = useState<{ words: string; isBad: boolean }>();
  const copy = () =>
    copyLink(personId).then(
      (minutes) => setTold({ words: `link copied: works once, for ${minutes} minutes`, isBad: false }),
      (error: unknown) => setTold({ words: errorWords(error), isBad: true }),
    );
  return (
    <>
      <button
        type="button"
        className="icon-button board-return"
        aria-label={`Copy a link back for ${name}`}
        title={`Copy a link with which another browser is ${name}: it has their files and results`}
        onClick={() => void copy()}
      >
        {told?.isBad === false ? <Check size={13} /> : <KeyRound size={13} />}
      </button>
      {told !== undefined && (
        <span className="board-return-told" data-bad={told.isBad} role="status">
          {told.words}
        </span>
      )}
    </>
  );
}

/** Resolves with how many minutes the link is valid. */
async function copyLink(personId: string): Promise<number> {
  const { token, validMs } = await actions.returnLink(personId);
  await navigator.clipboard.writeText(`${location.origin}/return#${token}`);
  return Math.round(validMs / 60_000);
}
