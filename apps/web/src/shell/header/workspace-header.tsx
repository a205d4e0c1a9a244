// SPDX-License-Identifier: BSD-2-Clause
import './header.css';
import { Link } from 'wouter';
import { useAppState } from '../../api/index.ts';
import { LabMenu } from './lab-menu.tsx';
import { NameMenu } from './name-menu.tsx';
import { RunControls } from './run-controls.tsx';
import { SaveIndicator } from './save-indicator.tsx';
import { StepDots } from './step-dots.tsx';
import { ViewMenu } from './view-menu.tsx';

export function WorkspaceHeader({ slug }: { readonly slug: string }) {
  const title = useAppState(({ workspace }) => workspace?.lab.title);
  const readOnly = useAppState(({ workspace }) => workspace?.readOnly ?? false);
  return (
    <header className="header">
      <div className="header-side">
        <Link href="/labs" className="wordmark" aria-label="Ringlab, the course" title="The course">
          <img src="/ring.svg" alt="" width={18} height={18} />
          <span className="wordmark-name">Ringlab</span>
        </Link>
        <LabMenu slug={slug} title={title ?? slug.slice(3)} />
        <StepDots />
      </div>
      {!readOnly && <RunControls />}
      <div className="header-side end">
        <SandboxWords />
        {!readOnly && <SaveIndicator />}
        <ViewMenu />
        <NameMenu />
      </div>
    </header>
  );
}

/** Which engine runs the programs, and where. */
function SandboxWords() {
  const sandbox = useAppState((state) => state.sandbox);
  const run = useAppState(({ workspace }) => workspace?.run);
  if (sandbox === undefined) return null;
  if (!sandbox.usable)
    return (
      <span className="sandbox-words bad" title={sandbox.message}>
        No sandbox
      </span>
    );
  const { engine, driver } = run ?? sandbox;
  return (
    <span className="sandbox-words" title={sandbox.message}>
      {[engine, driver].filter(Boolean).join(' \u00b7 ')}
    </span>
  );
}
