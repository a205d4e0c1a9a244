// SPDX-License-Identifier: BSD-2-Clause
import './join.css';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { actions, errorWords, useAppState } from '../api/index.ts';
import { Welcome } from './welcome.tsx';

/** Signs in with the token after the link's `#`, which no server log sees, and takes it out of the address at once. */
export function InstructorPage() {
  const [, navigate] = useLocation();
  const [problem, setProblem] = useState<string>();
  const isInstructor = useAppState((state) => state.me?.person.role === 'instructor');
  const token = useRef(decodeURIComponent(location.hash.slice(1)));
  const started = useRef(false);

  useEffect(() => {
    if (token.current === '' || started.current) return;
    started.current = true;
    history.replaceState(history.state, '', location.pathname);
    actions.signInAsInstructor(token.current).then(
      () => navigate('/board', { replace: true }),
      (error: unknown) => setProblem(errorWords(error)),
    );
  }, [navigate]);

  return (
    <Welcome title="Instructor">
      {token.current !== '' && problem === undefined && (
        <p role="status">Signing in with the link's token.</p>
      )}
      {token.current === '' && !isInstructor && (
        <p>
          Open the instructor's link that the server printed when it started. It ends in <code>#</code> and a
          token.
        </p>
      )}
      {token.current === '' && isInstructor && <Link href="/board">Go to the board</Link>}
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
    </Welcome>
  );
}
