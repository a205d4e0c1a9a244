// SPDX-License-Identifier: BSD-2-Clause
import type { Diagnostic } from '@ringlab/protocol';
import type { editor } from 'monaco-editor/editor';
import { actions, type EditedFile } from '../api/index.ts';
import type { Monaco } from './load-monaco.ts';
import { textChange } from './text-change.ts';

/** Monaco's name of the language that a file of this path is in. */
export function languageOf(path: string): string {
  if (/\.[ch]$/.test(path)) return 'c';
  return /\.(cc|cpp|cxx|hh|hpp)$/.test(path) ? 'cpp' : 'plaintext';
}

/** One Monaco model a file: what is typed goes to the state, and what others change in the state comes here. */
export class FileModels implements Disposable {
  readonly #monaco: Monaco;
  readonly #models = new Map<string, editor.ITextModel>();
  #diagnostics: readonly Diagnostic[] = [];
  #receiving = false;

  constructor(monaco: Monaco) {
    this.#monaco = monaco;
  }

  model(file: EditedFile): editor.ITextModel {
    return this.#models.get(file.path) ?? this.#create(file);
  }

  /** Files that are gone lose their model; texts that changed elsewhere are taken over, undoable. */
  sync(files: readonly EditedFile[]): void {
    const byPath = new Map(files.map((file) => [file.path, file]));
    for (const [path, model] of this.#models) {
      const file = byPath.get(path);
      if (file === undefined) this.#drop(path, model);
      else this.#receive(model, file.content);
    }
  }

  /** Replaced only when the compiler said something else: markers move with the text that is typed around them. */
  showDiagnostics(diagnostics: readonly Diagnostic[]): void {
    if (JSON.stringify(diagnostics) === JSON.stringify(this.#diagnostics)) return;
    this.#diagnostics = diagnostics;
    for (const [path, model] of this.#models) this.#mark(path, model);
  }

  [Symbol.dispose](): void {
    for (const model of this.#models.values()) model.dispose();
    this.#models.clear();
  }

  #create({ path, content }: EditedFile): editor.ITextModel {
    const uri = this.#monaco.Uri.from({ scheme: 'workspace', path: `/${path}` });
    const model = this.#monaco.editor.createModel(content, languageOf(path), uri);
    model.updateOptions({ tabSize: 8, insertSpaces: false });
    model.detectIndentation(false, 8);
    model.onDidChangeContent(() => {
      if (!this.#receiving) actions.editFile(path, model.getValue());
    });
    this.#models.set(path, model);
    this.#mark(path, model);
    return model;
  }

  #drop(path: string, model: editor.ITextModel): void {
    this.#models.delete(path);
    model.dispose();
  }

  #receive(model: editor.ITextModel, content: string): void {
    const change = textChange(model.getValue(), content);
    if (change === undefined) return;
    const start = model.getPositionAt(change.start);
    const range = this.#monaco.Range.fromPositions(start, model.getPositionAt(change.endBefore));
    this.#receiving = true;
    model.pushStackElement();
    model.pushEditOperations(null, [{ range, text: change.text }], () => null);
    model.pushStackElement();
    this.#receiving = false;
  }

  #mark(path: string, model: editor.ITextModel): void {
    const markers = this.#diagnostics
      .filter((diagnostic) => diagnostic.path === path)
      .map((diagnostic) => this.#marker(model, diagnostic));
    this.#monaco.editor.setModelMarkers(model, 'compiler', markers);
  }

  #marker(model: editor.ITextModel, { line, column, endColumn, severity, message, option }: Diagnostic) {
    const lineNumber = Math.min(line, model.getLineCount());
    const word = model.getWordAtPosition({ lineNumber, column });
    return {
      startLineNumber: lineNumber,
      startColumn: column,
      endLineNumber: lineNumber,
      endColumn: endColumn ?? word?.endColumn ?? column + 1,
      severity: this.#severity(severity),
      message,
      ...(option === undefined ? {} : { code: option }),
    };
  }

  #severity(severity: Diagnostic['severity']): number {
    const { MarkerSeverity } = this.#monaco;
    return { error: MarkerSeverity.Error, warning: MarkerSeverity.Warning, note: MarkerSeverity.Info }[
      severity
    ];
  }
}
