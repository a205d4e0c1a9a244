// SPDX-License-Identifier: BSD-2-Clause
import { useState } from 'react';
import { errorWords, navigation } from '../../api/index.ts';
import { ShellDialog } from './shell-dialog.tsx';

interface ConfirmDialogProps {
  readonly title: string;
  readonly description: string;
  readonly button: string;
  readonly act: () => Promise<void>;
}

/** Asks before something that takes text away from view, and says where it stays. */
export function ConfirmDialog({ title, description, button, act }: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const confirm = async () => {
    setBusy(true);
    try {
      await act();
      navigation.showDialog(undefined);
    } catch (error) {
      setProblem(errorWords(error));
      setBusy(false);
    }
  };
  return (
    <ShellDialog title={title} description={description}>
      {problem !== undefined && <p className="notice bad">{problem}</p>}
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={() => navigation.showDialog(undefined)}>
          Cancel
        </button>
        <button type="button" className="button danger" disabled={busy} onClick={confirm}>
          {button}
        </button>
      </div>
    </ShellDialog>
  );
}
