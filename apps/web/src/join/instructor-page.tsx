// SPDX-License-Identifier: BSD-2-Clause
import './join.css';
import { Link } from 'wouter';
import { actions, useAppState } from '../api/index.ts';
import { useLinkToken } from './link-token.ts';
import { Welcome } from './welcome.tsx';

export function InstructorPage() {
  const { hasToken, problem } = useLinkToken(actions.signInAsInstructor, '/board');
  const isInstructor = useAppState((state) => state.me?.person.role === 'instructor');
  return (
    <Welcome title="Instructor">
      {hasToken && problem === undefined && <p role="status">Signing in with the link's token.</p>}
      {!hasToken && !isInstructor && (
        <p>
          Open the instructor's link that the server printed when it started. It ends in <code>#</code> and a
          token.
        </p>
      )}
      {!hasToken && isInstructor && <Link href="/board">Go to the board</Link>}
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
    </Welcome>
  );
}
