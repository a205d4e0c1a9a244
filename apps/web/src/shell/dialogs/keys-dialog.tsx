// SPDX-License-Identifier: BSD-2-Clause
import { COMMANDS } from '../commands.ts';
import { ShellDialog } from './shell-dialog.tsx';

/** What the editor and the terminals do by themselves; the rest comes from the commands. */
const BUILT_IN = [
  { title: 'Find in the editor or the terminal', keys: 'Ctrl+F' },
  { title: 'Next place of the same word', keys: 'Ctrl+D' },
  { title: 'Cursor above or below', keys: 'Ctrl+Alt+Up / Down' },
  { title: 'Comment the line', keys: 'Ctrl+/' },
  { title: 'Next error', keys: 'F8' },
  { title: 'Go to line', keys: 'Ctrl+G' },
];

/** While the picture of the rings, or the chart, has the keyboard. */
const RINGS = [
  { title: 'Slot before or after', keys: 'Left / Right' },
  { title: 'Slot at head', keys: 'Home' },
  { title: 'Ring before or after', keys: 'Page Up / Down' },
  { title: 'No slot', keys: 'Escape' },
  { title: 'Step the program that is held', keys: 'F10' },
];
const CHART = [
  { title: 'Back or on in time', keys: 'Left / Right' },
  { title: 'Less or more time', keys: '+ / -' },
  { title: 'The newest', keys: 'End' },
];
const TABS = [
  { title: 'Tab before or after', keys: 'Left / Right' },
  { title: 'First or last tab', keys: 'Home / End' },
  { title: 'Show it', keys: 'Enter' },
  { title: 'Close it', keys: 'Delete' },
];

export function KeysDialog() {
  const withKeys = COMMANDS.filter(({ id }) => !/^terminal-[1-9]$/.test(id)).flatMap(
    ({ keys, ...command }) => (keys === undefined ? [] : [{ ...command, keys }]),
  );
  const groups = Map.groupBy(withKeys, ({ group }) => group);
  return (
    <ShellDialog title="Keys" className="wide">
      <div className="keys-columns">
        {[...groups].map(([group, commands]) => (
          <KeyGroup key={group} title={group} rows={commands} />
        ))}
        <KeyGroup title="Terminals" rows={[{ title: 'Terminal 1 to 9', keys: 'Alt+1 .. 9' }]} />
        <KeyGroup title="Editor" rows={BUILT_IN} />
        <KeyGroup title="Rings" rows={RINGS} />
        <KeyGroup title="Chart" rows={CHART} />
        <KeyGroup title="Tabs" rows={TABS} />
      </div>
      <p className="dim">On a Mac, Command does as well as Ctrl.</p>
    </ShellDialog>
  );
}

interface KeyGroupProps {
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly keys: string }[];
}

function KeyGroup({ title, rows }: KeyGroupProps) {
  return (
    <section className="keys-group">
      <h3>{title}</h3>
      {rows.map((row) => (
        <div key={row.title} className="keys-row">
          <span>{row.title}</span>
          <span className="kbd">{row.keys}</span>
        </div>
      ))}
    </section>
  );
}
