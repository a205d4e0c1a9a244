// SPDX-License-Identifier: BSD-2-Clause
import { useEffect, useRef, useState } from 'react';
import { actions, type EditedFile, errorWords } from '../api/index.ts';
import { EDITOR_OPTIONS } from './code-view.tsx';
import type { FileModels } from './file-models.ts';
import type { Monaco } from './load-monaco.ts';

interface ConflictViewProps {
  readonly monaco: Monaco;
  readonly models: FileModels;
  readonly file: EditedFile;
}

/** Two texts of one file, side by side: what the server has, and what was typed here, which can still be changed. */
export function ConflictView({ monaco, models, file }: ConflictViewProps) {
  const theirs = file.saveError?.current?.content ?? '';
  const host = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<string>();
  const model = models.model(file);
  useEffect(() => {
    if (host.current === null) return;
    const { model: _, ...options } = EDITOR_OPTIONS;
    const original = monaco.editor.createModel(theirs, model.getLanguageId());
    const diff = monaco.editor.createDiffEditor(host.current, { ...options, renderSideBySide: true });
    diff.setModel({ original, modified: model });
    return () => {
      diff.dispose();
      original.dispose();
    };
  }, [monaco, model, theirs]);
  const keep = (content: string) =>
    actions.resolveConflict(file.path, content).catch((error) => setProblem(errorWords(error)));
  return (
    <div className="conflict-view">
      <div className="notice warn conflict-bar" role="alert">
        <span>
          {problem ??
            `${file.path} was also changed elsewhere. Red lines are the server's, green ones are yours and can still be changed.`}
        </span>
        <button type="button" className="button" onClick={() => keep(theirs)}>
          Take the server's
        </button>
        <button type="button" className="button primary" onClick={() => keep(model.getValue())}>
          Keep yours
        </button>
      </div>
      <div ref={host} className="code-view" />
    </div>
  );
}
