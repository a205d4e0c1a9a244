// SPDX-License-Identifier: BSD-2-Clause
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { errorWords } from '../api/index.ts';

/** Signs in with the token after a link's `#`, which no server log sees, and takes it out of the address at once. */
export function useLinkToken(signIn: (token: string) => Promise<void>, placeAfter: string) {
  const [, navigate] = useLocation();
  const [problem, setProblem] = useState<string>();
  const token = useRef(decodeURIComponent(location.hash.slice(1)));
  const started = useRef(false);

  useEffect(() => {
    if (token.current === '' || started.current) return;
    started.current = true;
    history.replaceState(history.state, '', location.pathname);
    signIn(token.current).then(
      () => navigate(placeAfter, { replace: true }),
      (error: unknown) => setProblem(errorWords(error)),
    );
  }, [navigate, signIn, placeAfter]);

  return { hasToken: token.current !== '', problem };
}
