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
