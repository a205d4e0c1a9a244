// SPDX-License-Identifier: BSD-2-Clause
import type { editor } from 'monaco-editor/editor';
import { useEffect, useRef } from 'react';
import { EDITOR_OPTIONS } from './code-view.tsx';
import type { Monaco } from './load-monaco.ts';

interface DiffEditorProps {
  readonly monaco: Monaco;
  /** Stands on the left, and is only to be read. */
  readonly before: string;
  /** Stands on the right; whoever owns the model disposes of it. */
  readonly after: editor.ITextModel;
  readonly options?: editor.IDiffEditorConstructionOptions;
}

/** Two texts of one file, side by side. */
export function DiffEditor({ monaco, before, after, options }: DiffEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const settings = useRef(options);
  useEffect(() => {
    if (host.current === null) return;
    const { model: _, ...common } = EDITOR_OPTIONS;
    const original = monaco.editor.createModel(before, after.getLanguageId());
    const diff = monaco.editor.createDiffEditor(host.current, {
      ...common,
      renderSideBySide: true,
      ...settings.current,
    });
    diff.setModel({ original, modified: after });
    return () => {
      diff.dispose();
      original.dispose();
    };
  }, [monaco, after, before]);
  return <div ref={host} className="code-view" />;
}
