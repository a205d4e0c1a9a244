// SPDX-License-Identifier: BSD-2-Clause
import type { FileVersion } from '@ringlab/protocol';
import { useCallback, useEffect, useState } from 'react';
import { actions, errorWords, navigation, useAppState } from '../../api/index.ts';
import { ShellDialog } from './shell-dialog.tsx';

const REASONS: Readonly<Record<FileVersion['reason'], string>> = {
  save: 'saved',
  'reset-file': 'before the file was reset',
  'reset-lab': 'before the lab was reset',
  delete: 'before it was deleted',
  restore: 'restored',
};

/** Every version of one file that the server keeps; any of them can be looked at and brought back. */
export function FileHistoryDialog({ path }: { readonly path: string }) {
  const [versions, setVersions] = useState<readonly FileVersion[]>();
  const [chosen, setChosen] = useState<{ version: number; content: string }>();
  const [problem, setProblem] = useState<string>();
  const look = useCallback(
    async (version: number) => {
      try {
        setChosen({ version, content: await actions.fileVersion(path, version) });
      } catch (error) {
        setProblem(errorWords(error));
      }
    },
    [path],
  );
  useEffect(() => {
    const list = async () => {
      const found = [...(await actions.fileVersions(path))].sort((a, b) => b.version - a.version);
      setVersions(found);
      if (found[0] !== undefined) await look(found[0].version);
    };
    list().catch((error) => setProblem(errorWords(error)));
  }, [path, look]);
  return (
    <ShellDialog title={`History of ${path}`} className="wide">
      {problem !== undefined && <p className="notice bad">{problem}</p>}
      <div className="history">
        <VersionList versions={versions} chosen={chosen?.version} look={look} />
        <pre className="history-text">{chosen?.content}</pre>
      </div>
      <Buttons path={path} content={chosen?.content} failed={setProblem} />
    </ShellDialog>
  );
}

interface VersionListProps {
  readonly versions: readonly FileVersion[] | undefined;
  readonly chosen: number | undefined;
  readonly look: (version: number) => Promise<void>;
}

function VersionList({ versions, chosen, look }: VersionListProps) {
  if (versions === undefined) return <p className="dim">Asking the server for the versions</p>;
  if (versions.length === 0)
    return <p className="dim">Nothing was saved yet: this is the file as it came with the lab.</p>;
  return (
    <div className="history-list">
      {versions.map(({ version, savedAtMs, bytes, reason }) => (
        <button
          type="button"
          key={version}
          className="history-item"
          aria-current={version === chosen}
          onClick={() => void look(version)}
        >
          <span>{new Date(savedAtMs).toLocaleTimeString(undefined, { hour12: false })}</span>
          <span className="dim">
            {REASONS[reason]}, {bytes.toLocaleString('en-US')} bytes
          </span>
        </button>
      ))}
    </div>
  );
}

interface ButtonsProps {
  readonly path: string;
  readonly content: string | undefined;
  readonly failed: (words: string) => void;
}

function Buttons({ path, content, failed }: ButtonsProps) {
  const editable = useAppState(({ workspace }) => workspace?.readOnly === false);
  const restore = async () => {
    try {
      actions.editFile(path, content ?? '');
      await actions.saveFile(path);
      navigation.showDialog(undefined);
    } catch (error) {
      failed(errorWords(error));
    }
  };
  return (
    <div className="dialog-buttons">
      <button type="button" className="button" onClick={() => navigation.showDialog(undefined)}>
        Close
      </button>
      {editable && (
        <button type="button" className="button primary" disabled={content === undefined} onClick={restore}>
          Bring this version back
        </button>
      )}
    </div>
  );
}
