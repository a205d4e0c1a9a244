// SPDX-License-Identifier: BSD-2-Clause
// The least that is Monaco with one C file in it.
import { editor } from 'monaco-editor/editor';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import 'monaco-editor/features/register.all';
import 'monaco-editor/languages/definitions/cpp/register';

self.MonacoEnvironment = { getWorker: () => new EditorWorker() };
const place = document.querySelector<HTMLElement>('#editor');
const file = await fetch('/file.c');
if (place !== null) editor.create(place, { value: await file.text(), language: 'c' });
