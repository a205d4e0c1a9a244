// SPDX-License-Identifier: BSD-2-Clause
import '../menus.css';
import { actions, navigation, useNavigation } from '../../api/index.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { FileHistoryDialog } from './file-history-dialog.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { NewFileDialog } from './new-file-dialog.tsx';
import { CommandPalette, FilePalette } from './palette.tsx';
import { SolutionDialog } from './solution-dialog.tsx';

/** The one dialog that is open, if any. */
export function Dialogs() {
  const dialog = useNavigation((view) => view.dialog);
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'commands':
      return <CommandPalette />;
    case 'go-to-file':
      return <FilePalette />;
    case 'keys':
      return <KeysDialog />;
    case 'new-file':
      return <NewFileDialog />;
    case 'file-history':
      return <FileHistoryDialog path={dialog.path} />;
    case 'reset-file':
      return <ResetFile path={dialog.path} />;
    case 'delete-file':
      return <DeleteFile path={dialog.path} />;
    case 'reset-lab':
      return <ResetLab />;
    case 'solution':
      return <SolutionDialog />;
  }
}

function ResetFile({ path }: { readonly path: string }) {
  return (
    <ConfirmDialog
      title={`Reset ${path}?`}
      description="The file goes back to how it came with the lab. What is there now stays as a version in its history."
      button="Reset file"
      act={() => actions.resetFile(path)}
    />
  );
}

function DeleteFile({ path }: { readonly path: string }) {
  const act = async () => {
    await actions.deleteFile(path);
    navigation.closeFile(path);
  };
  return (
    <ConfirmDialog
      title={`Delete ${path}?`}
      description="Its versions stay on the server: a new file of the same name has them in its history."
      button="Delete file"
      act={act}
    />
  );
}

function ResetLab() {
  return (
    <ConfirmDialog
      title="Reset this lab?"
      description="Every file goes back to how it came with the lab, and files that you added go. Each stays as a version in its history. Your results stay, too."
      button="Reset lab"
      act={() => actions.resetLab()}
    />
  );
}
