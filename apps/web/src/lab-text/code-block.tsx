// SPDX-License-Identifier: BSD-2-Clause
import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type CSSProperties, type ReactNode, useState } from 'react';

interface CodeBlockProps {
  readonly text: string;
  /** Undefined: a drawing made of characters. */
  readonly language: string | undefined;
  readonly children?: ReactNode;
}

/** Code can be copied. A drawing shrinks to the panel's width as far as it stays readable, and is seen large at a click. */
export function CodeBlock({ text, language, children }: CodeBlockProps) {
  if (language === undefined) return <CharacterDrawing text={withoutMargin(text)} />;
  return (
    <div className="lab-code">
      <pre>{children}</pre>
      <Copy text={text} />
    </div>
  );
}

/** Blank columns on the left of all lines are width that a narrow panel lacks. */
function withoutMargin(text: string): string {
  const lines = text.trimEnd().split('\n');
  const drawn = lines.filter((line) => line.trim() !== '');
  const margin = Math.min(...drawn.map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(margin)).join('\n');
}

function Copy({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" className="lab-code-button" onClick={() => void copy()}>
      {copied ? 'Copied' : 'Copy'}
    </button>
  );
}

/** The drawing itself enlarges: what a narrow panel cuts off is one click away. */
function CharacterDrawing({ text }: { readonly text: string }) {
  const columns = Math.max(1, ...text.split('\n').map((line) => line.length));
  return (
    <Dialog.Root>
      <Dialog.Trigger
        className="lab-code lab-drawing-small"
        title="Enlarge this drawing"
        aria-label="Enlarge this drawing"
        style={{ '--columns': columns } as CSSProperties}
      >
        <span className="mono">{text}</span>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-shade" />
        <Dialog.Content className="lab-drawing" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">Drawing</Dialog.Title>
          <pre>{text}</pre>
          <Dialog.Close className="icon-button lab-drawing-close" aria-label="Close">
            <X size={16} />
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
