// SPDX-License-Identifier: BSD-2-Clause
import { useState } from 'react';
import { actions, type EditedFile, errorWords } from '../api/index.ts';
import { DiffEditor } from './diff-editor.tsx';
import type { FileModels } from './file-models.ts';
import type { Monaco } from './load-monaco.ts';

interface ConflictViewProps {
  readonly monaco: Monaco;
  readonly models: FileModels;
  readonly file: EditedFile;
}

/** What the server has, and what was typed here, which can still be changed. */
export function ConflictView({ monaco, models, file }: ConflictViewProps) {
  const theirs = file.saveError?.current?.content ?? '';
  const [problem, setProblem] = useState<string>();
  const model = models.model(file);
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
      <DiffEditor monaco={monaco} before={theirs} after={model} />
    </div>
  );
}
