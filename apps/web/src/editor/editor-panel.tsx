// SPDX-License-Identifier: BSD-2-Clause
import './editor.css';
import { type EditedFile, useAppState, useNavigation } from '../api/index.ts';
import { CodeView } from './code-view.tsx';
import { ConflictView } from './conflict-view.tsx';
import { EditorTabs } from './editor-tabs.tsx';
import { PlainCode } from './plain-code.tsx';
import { type LoadedEditor, useEditor } from './use-editor.ts';

const NO_FILES: readonly EditedFile[] = [];

export function EditorPanel() {
  const files = useAppState(({ workspace }) => workspace?.files) ?? NO_FILES;
  const readOnly = useAppState(({ workspace }) => workspace?.readOnly ?? true);
  const openPaths = useNavigation((view) => view.openPaths);
  const activePath = useNavigation((view) => view.activePath);
  const { loaded, problem, retry } = useEditor();
  const open = openPaths.flatMap((path) => files.find((file) => file.path === path) ?? []);
  const active = open.find(({ path }) => path === activePath);
  return (
    <div className="editor">
      <EditorTabs files={open} active={active} readOnly={readOnly} />
      {problem !== undefined && <LoadProblem words={problem} retry={retry} />}
      <div className="editor-body">
        {active === undefined ? <NoFile /> : <FileView file={active} readOnly={readOnly} loaded={loaded} />}
      </div>
    </div>
  );
}

interface FileViewProps {
  readonly file: EditedFile;
  readonly readOnly: boolean;
  readonly loaded: LoadedEditor | undefined;
}

function FileView({ file, readOnly, loaded }: FileViewProps) {
  if (loaded === undefined) return <PlainCode content={file.content} />;
  if (file.saveState === 'conflict') return <ConflictView key={file.path} {...loaded} file={file} />;
  return <CodeView {...loaded} file={file} locked={readOnly || !file.editable} />;
}

function NoFile() {
  return (
    <div className="empty-state">
      <p>No file is open.</p>
      <p>
        <span className="kbd">Ctrl+P</span> goes to a file.
      </p>
    </div>
  );
}

function LoadProblem({ words, retry }: { readonly words: string; readonly retry: () => void }) {
  return (
    <p className="notice bad">
      The editor could not be loaded: {words}{' '}
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </p>
  );
}
