// SPDX-License-Identifier: BSD-2-Clause
import './files.css';
import { FilePlus2 } from 'lucide-react';
import { type EditedFile, navigation, useAppState, useNavigation } from '../api/index.ts';
import { FileRow } from './file-row.tsx';
import { fileTree, type TreeFolder } from './file-tree.ts';

const NO_FILES: readonly EditedFile[] = [];

export function FilesPanel() {
  const files = useAppState(({ workspace }) => workspace?.files) ?? NO_FILES;
  const readOnly = useAppState(({ workspace }) => workspace?.readOnly ?? true);
  const activePath = useNavigation((view) => view.activePath);
  return (
    <div className="panel-body files">
      <div role="tree" aria-label="Files of this lab" className="files-tree">
        <Folder folder={fileTree(files)} depth={0} activePath={activePath} readOnly={readOnly} />
      </div>
      {!readOnly && (
        <button
          type="button"
          className="button quiet files-new"
          onClick={() => navigation.showDialog({ kind: 'new-file' })}
        >
          <FilePlus2 size={14} />
          New file
        </button>
      )}
    </div>
  );
}

interface FolderProps {
  readonly folder: TreeFolder;
  readonly depth: number;
  readonly activePath: string | undefined;
  readonly readOnly: boolean;
}

function Folder({ folder, depth, activePath, readOnly }: FolderProps) {
  return (
    <>
      {folder.folders.map((child) => (
        <details key={child.path} open>
          <summary className="file-row" style={{ '--depth': depth }}>
            {child.name}/
          </summary>
          <Folder folder={child} depth={depth + 1} activePath={activePath} readOnly={readOnly} />
        </details>
      ))}
      {folder.files.map((file) => (
        <FileRow
          key={file.path}
          file={file}
          depth={depth}
          active={file.path === activePath}
          deletable={!file.starter && !readOnly}
        />
      ))}
    </>
  );
}
