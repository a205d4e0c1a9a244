// SPDX-License-Identifier: BSD-2-Clause
import { Cloud, CloudOff, CloudUpload, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { actions, type EditedFile, navigation, useAppState } from '../../api/index.ts';
import { attempt } from '../problem.ts';

interface SaveWords {
  readonly words: string;
  readonly title: string;
  readonly tone: 'quiet' | 'busy' | 'warn' | 'bad';
  readonly icon: typeof Cloud;
  readonly act?: () => void;
}

/** One answer to "is my text safe, and where": on the server's disk, on its way, or in this browser alone. */
export function SaveIndicator() {
  const files = useAppState(({ workspace }) => workspace?.files);
  const connection = useAppState((state) => state.connection);
  const retryAtMs = useAppState((state) => state.retryAtMs);
  const { words, title, tone, icon: Icon, act } = saveWords(files ?? [], connection);
  return (
    <button
      type="button"
      className={`save-indicator ${tone}`}
      title={title}
      onClick={act}
      data-testid="save-indicator"
      aria-live="polite"
    >
      <Icon size={14} aria-hidden="true" />
      {words}
      {connection === 'offline' && retryAtMs !== undefined && <Countdown untilMs={retryAtMs} />}
    </button>
  );
}

function saveWords(files: readonly EditedFile[], connection: string): SaveWords {
  const worst = (state: EditedFile['saveState']) => files.find(({ saveState }) => saveState === state);
  const conflict = worst('conflict');
  if (conflict !== undefined) return conflictWords(conflict);
  const failed = worst('failed');
  if (failed !== undefined) return failedWords(failed);
  const unsaved = files.filter(({ saveState }) => saveState !== 'saved');
  if (connection === 'offline') return offlineWords(unsaved.length);
  if (connection === 'connecting')
    return { words: 'Connecting', title: 'Connecting to the server', tone: 'busy', icon: Cloud };
  if (worst('saving') !== undefined)
    return { words: 'Saving', title: 'On its way to the server', tone: 'busy', icon: CloudUpload };
  if (unsaved.length > 0)
    return {
      words: 'Unsaved',
      title: 'Kept in this browser; saved when you pause',
      tone: 'busy',
      icon: CloudUpload,
    };
  return { words: 'Saved', title: "Every file is on the server's disk", tone: 'quiet', icon: Cloud };
}

function conflictWords({ path }: EditedFile): SaveWords {
  return {
    words: 'Conflict',
    title: `${path} was also changed elsewhere; choose which text to keep`,
    tone: 'bad',
    icon: TriangleAlert,
    act: () => navigation.openFile(path),
  };
}

function failedWords({ path, saveError }: EditedFile): SaveWords {
  return {
    words: 'Not saved',
    title: `${path}: ${saveError?.message ?? 'the server refused it'} Your text is kept in this browser. Click to try again.`,
    tone: 'bad',
    icon: TriangleAlert,
    act: () => void attempt(() => actions.saveAll()),
  };
}

function offlineWords(unsaved: number): SaveWords {
  const title =
    unsaved === 0
      ? 'The server cannot be reached. Every file is saved; what you type now is kept in this browser.'
      : 'The server cannot be reached. Unsaved text is kept in this browser and saved when it is back.';
  return { words: unsaved === 0 ? 'Offline' : 'Offline, kept here', title, tone: 'warn', icon: CloudOff };
}

function Countdown({ untilMs }: { readonly untilMs: number }) {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((untilMs - nowMs) / 1000);
  return <span className="numbers dim"> {seconds > 0 ? `${seconds} s` : '...'}</span>;
}
