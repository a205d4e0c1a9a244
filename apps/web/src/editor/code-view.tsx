// SPDX-License-Identifier: BSD-2-Clause
import type { editor } from 'monaco-editor/editor';
import { useEffect, useRef, useState } from 'react';
import { actions, appState, type EditedFile, type Location, useNavigation } from '../api/index.ts';
import { EDITOR_METRICS } from './editor-metrics.ts';
import type { FileModels } from './file-models.ts';
import type { Monaco } from './load-monaco.ts';
import { rememberPlace, startPlace } from './place.ts';

interface CodeViewProps {
  readonly monaco: Monaco;
  readonly models: FileModels;
  readonly file: EditedFile;
  readonly locked: boolean;
}

/** Monaco itself: one editor whose model changes with the tab, each file keeping its cursor and scroll. */
export function CodeView({ monaco, models, file, locked }: CodeViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const code = useCodeEditor(monaco, host);
  const location = useNavigation((view) => view.location);
  const viewStates = useRef(new Map<string, editor.ICodeEditorViewState | null>());
  const model = models.model(file);

  useEffect(() => {
    if (code === undefined) return;
    const states = viewStates.current;
    code.setModel(model);
    const known = states.get(file.path);
    if (known) code.restoreViewState(known);
    else goToStart(code, file.path);
    const following = followPlace(code, file.path);
    return () => {
      states.set(file.path, code.saveViewState());
      following();
    };
  }, [code, model, file.path]);

  useEffect(() => {
    code?.updateOptions({ readOnly: locked });
  }, [code, locked]);

  const gone = useRef<Location>(undefined);
  useEffect(() => {
    if (code === undefined || location?.path !== file.path || gone.current === location) return;
    gone.current = location;
    goTo(code, location);
  }, [code, location, file.path]);

  return <div ref={host} className="code-view" data-testid="editor" />;
}

function goToStart(code: editor.IStandaloneCodeEditor, path: string): void {
  const ref = appState().workspace?.ref;
  if (ref === undefined) return;
  const { line, column, scrollTop } = startPlace(ref, path, code.getValue(), code.getLayoutInfo().height);
  code.setPosition({ lineNumber: line, column });
  code.setScrollTop(scrollTop);
}

const REMEMBER_AFTER_MS = 400;

/** Keeps where the person is in the file, soon after they moved; the returned function ends it. */
function followPlace(code: editor.IStandaloneCodeEditor, path: string): () => void {
  const ref = appState().workspace?.ref;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const remember = () => {
    const position = code.getPosition();
    if (ref === undefined || position === null) return;
    const { lineNumber: line, column } = position;
    rememberPlace(ref, path, { line, column, scrollTop: code.getScrollTop() });
  };
  const moved = () => {
    clearTimeout(timer);
    timer = setTimeout(remember, REMEMBER_AFTER_MS);
  };
  const listeners = [code.onDidScrollChange(moved), code.onDidChangeCursorPosition(moved)];
  return () => {
    clearTimeout(timer);
    for (const listener of listeners) listener.dispose();
  };
}

function goTo(code: editor.IStandaloneCodeEditor, { line, column = 1 }: Location): void {
  code.setPosition({ lineNumber: line, column });
  code.revealLineInCenterIfOutsideViewport(line);
  code.focus();
}

function useCodeEditor(monaco: Monaco, host: React.RefObject<HTMLDivElement | null>) {
  const [code, setCode] = useState<editor.IStandaloneCodeEditor>();
  useEffect(() => {
    if (host.current === null) return;
    const created = monaco.editor.create(host.current, EDITOR_OPTIONS);
    // Leaving the editor saves, as pausing does; a refusal shows in the header.
    created.onDidBlurEditorText(() => void actions.saveAll().catch(() => {}));
    setCode(created);
    return () => created.dispose();
  }, [monaco, host]);
  return code;
}

export const EDITOR_OPTIONS: editor.IStandaloneEditorConstructionOptions = {
  model: null,
  fontFamily: EDITOR_METRICS.fontFamily,
  fontSize: EDITOR_METRICS.fontSize,
  lineHeight: EDITOR_METRICS.lineHeight,
  fontLigatures: false,
  padding: { top: EDITOR_METRICS.paddingTop, bottom: 80 },
  lineNumbersMinChars: EDITOR_METRICS.lineNumbersMinChars,
  lineDecorationsWidth: EDITOR_METRICS.lineDecorationsWidth,
  glyphMargin: false,
  folding: false,
  minimap: { enabled: false },
  automaticLayout: true,
  scrollBeyondLastLine: false,
  smoothScrolling: false,
  renderLineHighlight: 'line',
  renderWhitespace: 'selection',
  stickyScroll: { enabled: false },
  overviewRulerLanes: 2,
  hideCursorInOverviewRuler: true,
  fixedOverflowWidgets: true,
  wordBasedSuggestions: 'currentDocument',
  unicodeHighlight: { ambiguousCharacters: false },
  readOnlyMessage: { value: 'This file is locked: it comes with the lab and stays as it is.' },
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
};
