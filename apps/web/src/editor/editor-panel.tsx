// SPDX-License-Identifier: BSD-2-Clause
import './editor.css';
import type { EditedFile } from '../api/index.ts';
import { CodeView } from './code-view.tsx';
import { ConflictView } from './conflict-view.tsx';
import { PlainCode } from './plain-code.tsx';
import { type LoadedEditor, useEditor } from './use-editor.ts';
import { useOpenFiles } from './use-open-files.ts';

export function EditorPanel() {
  const { active, readOnly } = useOpenFiles();
  const { loaded, problem } = useEditor();
  return (
    <div className="editor">
      {problem !== undefined && <LoadProblem words={problem} />}
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
  if (loaded === undefined) return <PlainCode key={file.path} path={file.path} content={file.content} />;
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

function LoadProblem({ words }: { readonly words: string }) {
  return (
    <p className="notice bad">
      The editor could not be loaded: {words}{' '}
      <button type="button" className="button" onClick={() => location.reload()}>
        Load the page again
      </button>
    </p>
  );
}
