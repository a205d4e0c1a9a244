// SPDX-License-Identifier: BSD-2-Clause
import { navigation, useAppState } from '../api/index.ts';
import { processWords } from './process-words.ts';

/** Below the drawing, each process that failed, in a sentence; a click shows its last words in its terminal. */
export function CrashNotes() {
  const processes = useAppState((state) => state.workspace?.run?.processes);
  const failed = processes?.filter((process) => processWords(process).light === 'failed') ?? [];
  return (
    <div className="topology-crashes" role="status">
      {failed.map(({ name, exit }) => (
        <button key={name} type="button" onClick={() => navigation.showProcess(name)}>
          <b>{name}</b> {exit?.words}
        </button>
      ))}
    </div>
  );
}
