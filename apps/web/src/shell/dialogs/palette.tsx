// SPDX-License-Identifier: BSD-2-Clause
import { Command as Palette } from 'cmdk';
import { navigation, useAppState } from '../../api/index.ts';
import { COMMANDS, type Command, isEnabled } from '../commands.ts';
import { ShellDialog } from './shell-dialog.tsx';

/** After the dialog gave the keyboard back, so that what a command focuses keeps it. */
function closeAnd(act: () => unknown): void {
  navigation.showDialog(undefined);
  setTimeout(act);
}

export function CommandPalette() {
  const commands = COMMANDS.filter((command) => command.id !== 'commands' && isEnabled(command));
  const groups = Map.groupBy(commands, ({ group }) => group);
  return (
    <ShellDialog title="All commands" className="palette" bare>
      <Palette loop label="Commands">
        <Palette.Input placeholder="Type what you want to do" />
        <Palette.List>
          <Palette.Empty>No command is called that.</Palette.Empty>
          {[...groups].map(([group, members]) => (
            <Palette.Group key={group} heading={group}>
              {members.map((command) => (
                <PaletteItem key={command.id} command={command} />
              ))}
            </Palette.Group>
          ))}
        </Palette.List>
      </Palette>
    </ShellDialog>
  );
}

function PaletteItem({ command }: { readonly command: Command }) {
  return (
    <Palette.Item className="menu-item" value={command.title} onSelect={() => closeAnd(command.run)}>
      {command.title}
      {command.keys !== undefined && <span className="menu-keys kbd">{command.keys}</span>}
    </Palette.Item>
  );
}

export function FilePalette() {
  const files = useAppState(({ workspace }) => workspace?.files) ?? [];
  return (
    <ShellDialog title="Go to file" className="palette" bare>
      <Palette loop label="Files">
        <Palette.Input placeholder="Go to file" />
        <Palette.List>
          <Palette.Empty>No file is called that.</Palette.Empty>
          {files.map(({ path, editable }) => (
            <Palette.Item
              key={path}
              className="menu-item mono"
              value={path}
              onSelect={() => closeAnd(() => navigation.openFile(path))}
            >
              {path}
              {!editable && <span className="menu-hint">locked</span>}
            </Palette.Item>
          ))}
        </Palette.List>
      </Palette>
    </ShellDialog>
  );
}
