// SPDX-License-Identifier: BSD-2-Clause
import './editor.css';
import type { editor } from 'monaco-editor/editor';
import { useEffect, useState } from 'react';
import { errorWords } from '../api/index.ts';
import { followPageTheme } from './code-theme.ts';
import { DiffEditor } from './diff-editor.tsx';
import { languageOf } from './file-models.ts';
import { loadMonaco, type Monaco } from './load-monaco.ts';

interface CompareViewProps {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

interface Shown {
  readonly monaco: Monaco;
  readonly model: editor.ITextModel;
}

const OPTIONS: editor.IDiffEditorConstructionOptions = {
  readOnly: true,
  renderMarginRevertIcon: false,
  renderSideBySideInlineBreakpoint: 0,
  hideUnchangedRegions: { enabled: true },
};

/** Two texts of one file, both only to be read and to be copied from. */
export function CompareView({ path, before, after }: CompareViewProps) {
  const [shown, setShown] = useState<Shown>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const owned = new DisposableStack();
    const show = (monaco: Monaco) => {
      if (owned.disposed) return;
      owned.use(followPageTheme(monaco));
      const model = monaco.editor.createModel(after, languageOf(path));
      owned.defer(() => model.dispose());
      setShown({ monaco, model });
    };
    loadMonaco().then(show, (error: unknown) => setProblem(errorWords(error)));
    return () => {
      setShown(undefined);
      owned.dispose();
    };
  }, [path, after]);
  if (problem !== undefined) return <p className="notice bad">{problem}</p>;
  if (shown === undefined) return <p className="dim">Loading the editor</p>;
  return <DiffEditor monaco={shown.monaco} before={before} after={shown.model} options={OPTIONS} />;
}
