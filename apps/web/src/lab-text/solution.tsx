// SPDX-License-Identifier: BSD-2-Clause
import { Lock, LockOpen } from 'lucide-react';
import { navigation, useAppState } from '../api/index.ts';

/** Where the solution is, from the beginning: what opens it is no secret. */
export function Solution({ lab }: { readonly lab: string }) {
  const isOpen = useAppState(({ labs }) => labs.find(({ slug }) => slug === lab)?.solutionOpen ?? false);
  return (
    <section className="lab-solution" data-open={isOpen}>
      <h2>Solution</h2>
      {isOpen ? (
        <button type="button" className="button" onClick={() => navigation.showDialog({ kind: 'solution' })}>
          <LockOpen aria-hidden="true" />
          Compare your code with it
        </button>
      ) : (
        <p className="dim">
          <Lock aria-hidden="true" />
          Locked. It opens when all checks pass, or when the instructor opens it.
        </p>
      )}
    </section>
  );
}
