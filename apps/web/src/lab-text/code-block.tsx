// SPDX-License-Identifier: BSD-2-Clause
import { Dialog } from 'radix-ui';
import { type CSSProperties, type ReactNode, useState } from 'react';

interface CodeBlockProps {
  readonly text: string;
  /** Undefined: a drawing made of characters. */
  readonly language: string | undefined;
  readonly children?: ReactNode;
}

/** Code can be copied. A drawing shrinks to the panel's width, as far as it stays readable, and can be seen large. */
export function CodeBlock({ text, language, children }: CodeBlockProps) {
  const isDrawing = language === undefined;
  const columns = Math.max(1, ...text.split('\n').map((line) => line.length));
  return (
    <div className="lab-code" data-drawing={isDrawing} style={{ '--columns': columns } as CSSProperties}>
      <pre>{children}</pre>
      {isDrawing ? <Enlarge>{children}</Enlarge> : <Copy text={text} />}
    </div>
  );
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

function Enlarge({ children }: { readonly children: ReactNode }) {
  return (
    <Dialog.Root>
      <Dialog.Trigger className="lab-code-button">Enlarge</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-shade" />
        <Dialog.Content className="lab-drawing" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">Drawing</Dialog.Title>
          <pre>{children}</pre>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
