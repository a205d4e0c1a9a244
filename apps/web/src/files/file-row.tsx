// SPDX-License-Identifier: BSD-2-Clause
import { FileCode2, FileText, Lock, Trash2 } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { type EditedFile, navigation } from '../api/index.ts';

interface FileRowProps {
  readonly file: EditedFile;
  readonly depth: number;
  readonly active: boolean;
  readonly deletable: boolean;
}

const STATE_WORDS: Readonly<Record<EditedFile['saveState'], string>> = {
  saved: 'saved',
  unsaved: 'not saved yet',
  saving: 'being saved',
  failed: 'could not be saved',
  conflict: 'changed elsewhere, too',
};

export function FileRow({ file, depth, active, deletable }: FileRowProps) {
  const { path, editable, saveState } = file;
  const Icon = /\.[ch]$/.test(path) ? FileCode2 : FileText;
  return (
    <div
      className="file-row"
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={active}
      tabIndex={active ? 0 : -1}
      data-panel-focus={active ? '' : undefined}
      style={{ '--depth': depth }}
      title={`${path}, ${editable ? STATE_WORDS[saveState] : 'locked: it stays as it came with the lab'}`}
      onClick={() => navigation.openFile(path)}
      onKeyDown={(event) => pressed(event, file, deletable)}
    >
      <Icon size={14} className="dim" aria-hidden="true" />
      <span className="file-name">{path.split('/').at(-1)}</span>
      {saveState !== 'saved' && <span className={`file-state ${saveState}`} />}
      {!editable && <Lock size={12} className="dim" aria-label="locked" />}
      {deletable && <DeleteButton path={path} />}
    </div>
  );
}

function DeleteButton({ path }: { readonly path: string }) {
  return (
    <button
      type="button"
      className="icon-button file-delete"
      aria-label={`Delete ${path}`}
      title="Delete this file"
      onClick={(event) => {
        event.stopPropagation();
        navigation.showDialog({ kind: 'delete-file', path });
      }}
    >
      <Trash2 size={13} />
    </button>
  );
}

/** As in any file tree: arrows move, Enter opens, Delete deletes. */
function pressed(event: KeyboardEvent<HTMLElement>, { path }: EditedFile, deletable: boolean): void {
  if (event.key === 'Enter') navigation.openFile(path);
  else if (event.key === 'Delete' && deletable) navigation.showDialog({ kind: 'delete-file', path });
  else if (event.key === 'ArrowDown') focusRow(event.currentTarget, 1);
  else if (event.key === 'ArrowUp') focusRow(event.currentTarget, -1);
  else return;
  event.preventDefault();
}

function focusRow(row: HTMLElement, step: 1 | -1): void {
  const rows = [...(row.closest('[role="tree"]')?.querySelectorAll<HTMLElement>('.file-row') ?? [])];
  rows[rows.indexOf(row) + step]?.focus();
}
