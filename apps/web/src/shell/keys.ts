// SPDX-License-Identifier: BSD-2-Clause
import { COMMANDS, type Command, isEnabled } from './commands.ts';

/** `Ctrl+Shift+Enter` for a key press, spelled as commands spell their keys. */
function keysOf(event: KeyboardEvent): string {
  const modifiers = [
    (event.ctrlKey || event.metaKey) && 'Ctrl',
    event.altKey && 'Alt',
    event.shiftKey && event.key !== '?' && 'Shift',
  ].filter(Boolean);
  return [...modifiers, keyName(event)].join('+');
}

/** With Alt, what is printed on the key, whatever Alt makes of it on a Mac. */
function keyName({ key, code, altKey }: KeyboardEvent): string {
  if (code === 'Backquote') return '`';
  if (altKey && /^(Digit|Key)./.test(code)) return code.slice(-1);
  return key.length === 1 ? key.toUpperCase() : key;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], .native-edit-context') !== null
  );
}

function commandFor(event: KeyboardEvent): Command | undefined {
  const keys = keysOf(event);
  if (!/[+]|^F\d+$/.test(keys) && isTyping(event.target)) return undefined;
  return COMMANDS.find((command) => command.keys === keys && isEnabled(command));
}

/** Before the editor and the terminals see a key, so that Run is Run wherever the cursor is. */
export function listenForKeys(): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector('[role="dialog"]') !== null)
      return;
    const command = commandFor(event);
    if (command === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) command.run();
  };
  addEventListener('keydown', pressed, { capture: true });
  return () => removeEventListener('keydown', pressed, { capture: true });
}
