// SPDX-License-Identifier: BSD-2-Clause
import './join.css';
import { actions } from '../api/index.ts';
import { useLinkToken } from './link-token.ts';
import { Welcome } from './welcome.tsx';

/** Where an attendee comes whose browser forgot them, with a link from the instructor's board. */
export function ReturnPage() {
  const { hasToken, problem } = useLinkToken(actions.returnAs, '/labs');
  return (
    <Welcome title="Back to your work">
      {hasToken && problem === undefined && <p role="status">Signing in with the link's token.</p>}
      {!hasToken && (
        <p>
          The instructor has a link for you on the board. It ends in <code>#</code> and a token, and works
          once.
        </p>
      )}
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
    </Welcome>
  );
}
