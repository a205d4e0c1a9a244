// SPDX-License-Identifier: BSD-2-Clause
import { workspacePath } from '@ringlab/protocol';
import { type FormEvent, useState } from 'react';
import { actions, appState, errorWords, navigation } from '../../api/index.ts';
import { ShellDialog } from './shell-dialog.tsx';

export function NewFileDialog() {
  const [path, setPath] = useState('');
  const [problem, setProblem] = useState<string>();
  const create = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(await createFile(path.trim()));
  };
  return (
    <ShellDialog title="New file" description="A path inside this lab, such as ring.h or src/ring.c.">
      <form className="new-file" onSubmit={create}>
        <input
          className="field mono"
          aria-label="Path"
          value={path}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setPath(event.target.value)}
        />
        <button type="submit" className="button primary">
          Create
        </button>
      </form>
      {problem !== undefined && <p className="notice bad">{problem}</p>}
    </ShellDialog>
  );
}

/** Returns why not, or opens the file and closes the dialog. */
async function createFile(path: string): Promise<string | undefined> {
  const parsed = workspacePath.safeParse(path);
  if (!parsed.success) return parsed.error.issues.at(-1)?.message;
  if (appState().workspace?.files.some((file) => file.path === path))
    return `There already is a file ${path}.`;
  try {
    await actions.createFile(path);
  } catch (error) {
    return errorWords(error);
  }
  navigation.showDialog(undefined);
  setTimeout(() => navigation.openFile(path));
  return undefined;
}
