// SPDX-License-Identifier: BSD-2-Clause
import { lazy, Suspense, useEffect, useState } from 'react';
import { actions, errorWords, loadCode, type SolutionFile, useAppState } from '../../api/index.ts';
import { tabKeys } from '../../tabs/tab-keys.ts';
import { FailureBox } from '../failure-box.tsx';
import { Progress } from '../progress.tsx';
import { ShellDialog } from './shell-dialog.tsx';

const CompareView = lazy(async () => ({
  default: await loadCode(async () => (await import('../../editor/compare-view.tsx')).CompareView),
}));

/** The attendee's files beside those of the solution; nothing is taken over unless they copy it. */
export function SolutionDialog() {
  const [files, setFiles] = useState<readonly SolutionFile[]>();
  const [path, setPath] = useState<string>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    actions.solution().then(
      (found) => {
        setFiles(found);
        setPath(found[0]?.path);
      },
      (error: unknown) => setProblem(errorWords(error)),
    );
  }, []);
  const chosen = files?.find((file) => file.path === path);
  return (
    <ShellDialog
      title="Your code beside the solution"
      description="Yours is on the left. The solution is one answer of several; what the checks accept is right, too."
      className="wide solution"
    >
      {problem !== undefined && <p className="notice bad">{problem}</p>}
      {files !== undefined && files.length > 1 && <Paths files={files} path={path} onChoose={setPath} />}
      {chosen !== undefined && <Comparison key={chosen.path} file={chosen} />}
    </ShellDialog>
  );
}

interface PathsProps {
  readonly files: readonly SolutionFile[];
  readonly path: string | undefined;
  readonly onChoose: (path: string) => void;
}

function Paths({ files, path, onChoose }: PathsProps) {
  return (
    <div className="solution-paths" role="tablist" aria-label="Files of the solution" onKeyDown={tabKeys}>
      {files.map((file) => (
        <button
          key={file.path}
          type="button"
          role="tab"
          tabIndex={file.path === path ? 0 : -1}
          className="tab mono"
          aria-selected={file.path === path}
          onClick={() => onChoose(file.path)}
        >
          {file.path}
        </button>
      ))}
    </div>
  );
}

function Comparison({ file }: { readonly file: SolutionFile }) {
  const own = useAppState(
    ({ workspace }) => workspace?.files.find(({ path }) => path === file.path)?.content,
  );
  return (
    <div className="solution-code">
      <FailureBox title="The comparison">
        <Suspense fallback={<Progress words="Loading the editor" />}>
          <CompareView path={file.path} before={own ?? ''} after={file.content} />
        </Suspense>
      </FailureBox>
    </div>
  );
}
