// SPDX-License-Identifier: BSD-2-Clause
import { useEffect, useState } from 'react';
import { errorWords, useAppState } from '../api/index.ts';
import { followPageTheme } from './code-theme.ts';
import { FileModels } from './file-models.ts';
import { loadMonaco, type Monaco } from './load-monaco.ts';

export interface LoadedEditor {
  readonly monaco: Monaco;
  readonly models: FileModels;
}

/** Monaco and the models of the open workspace, kept equal to the state. Undefined until they are there. */
export function useEditor() {
  const { monaco, problem } = useMonaco();
  const models = useFileModels(monaco);
  const loaded = monaco !== undefined && models !== undefined ? { monaco, models } : undefined;
  return { loaded, problem };
}

/** Monaco's code takes long to start: the plain text is on the screen before that. A hidden tab paints nothing. */
function painted(): Promise<void> {
  if (document.hidden) return Promise.resolve();
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

function useMonaco() {
  const [monaco, setMonaco] = useState<Monaco>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    // Monaco measures its font once: it must not start before the font is there.
    painted()
      .then(() => Promise.all([loadMonaco(), document.fonts.ready]))
      .then(([module]) => setMonaco(module))
      .catch((error) => setProblem(errorWords(error)));
  }, []);
  return { monaco, problem };
}

function useFileModels(monaco: Monaco | undefined): FileModels | undefined {
  const [models, setModels] = useState<FileModels>();
  const files = useAppState(({ workspace }) => workspace?.files);
  const diagnostics = useAppState(({ workspace }) => workspace?.run?.diagnostics);
  useEffect(() => {
    if (monaco === undefined) return;
    const created = new FileModels(monaco);
    const following = followPageTheme(monaco);
    setModels(created);
    return () => {
      following[Symbol.dispose]();
      created[Symbol.dispose]();
    };
  }, [monaco]);
  useEffect(() => models?.sync(files ?? []), [models, files]);
  useEffect(() => models?.showDiagnostics(diagnostics ?? []), [models, diagnostics]);
  return models;
}
