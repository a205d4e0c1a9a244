// SPDX-License-Identifier: BSD-2-Clause
import './editor.css';
import { History, Lock, RotateCcw, X } from 'lucide-react';
import type { MouseEvent } from 'react';
import { type EditedFile, navigation } from '../api/index.ts';
import { tabKeys } from '../tabs/tab-keys.ts';
import { useOpenFiles } from './use-open-files.ts';

export function EditorTabs() {
  const { open, active, readOnly } = useOpenFiles();
  return (
    <div className="editor-tabs">
      <div className="tab-list" role="tablist" aria-label="Open files" onKeyDown={tabKeys}>
        {open.map((file) => (
          <EditorTab key={file.path} file={file} active={file.path === active?.path} />
        ))}
      </div>
      {active !== undefined && <FileActions file={active} readOnly={readOnly} />}
    </div>
  );
}

function EditorTab({ file, active }: { readonly file: EditedFile; readonly active: boolean }) {
  const { path, saveState, editable } = file;
  const close = (event: MouseEvent) => {
    event.stopPropagation();
    navigation.closeFile(path);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list of tabs has the keys.
    <div
      className="tab"
      role="tab"
      tabIndex={active ? 0 : -1}
      aria-selected={active}
      title={`${path}${editable ? '' : ', locked'}${saveState === 'saved' ? '' : `, ${saveState}`}`}
      onClick={() => navigation.openFile(path)}
      onAuxClick={(event) => event.button === 1 && close(event)}
    >
      {!editable && <Lock size={11} className="dim" />}
      <span>{path}</span>
      <button
        type="button"
        tabIndex={-1}
        className={`tab-close ${saveState}`}
        aria-label={`Close ${path}`}
        onClick={close}
      >
        <span className="tab-dot" aria-hidden="true" />
        <X size={13} aria-hidden="true" />
      </button>
    </div>
  );
}

function FileActions({
  file: { path, starter, editable },
  readOnly,
}: {
  file: EditedFile;
  readOnly: boolean;
}) {
  return (
    <div className="editor-actions">
      <button
        type="button"
        className="icon-button"
        aria-label={`History of ${path}`}
        title="File history"
        onClick={() => navigation.showDialog({ kind: 'file-history', path })}
      >
        <History size={14} />
      </button>
      {starter && editable && !readOnly && (
        <button
          type="button"
          className="icon-button"
          aria-label={`Reset ${path}`}
          title="Reset file to how it came with the lab"
          onClick={() => navigation.showDialog({ kind: 'reset-file', path })}
        >
          <RotateCcw size={14} />
        </button>
      )}
    </div>
  );
}
