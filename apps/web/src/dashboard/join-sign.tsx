// SPDX-License-Identifier: BSD-2-Clause
import { Check, Copy, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';

/** For the projector: readable from the back row. */
export function JoinSign({ code, onClose }: { readonly code: string; readonly onClose: () => void }) {
  const link = `${location.origin}/join?code=${encodeURIComponent(code)}`;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Content className="board-sign" aria-describedby={undefined}>
          <Dialog.Title className="board-sign-words">Open this address and join</Dialog.Title>
          <p className="board-sign-address mono">{location.host}/join</p>
          <p className="board-sign-words">with the course code</p>
          <p className="board-sign-code mono">{code}</p>
          <CopyButton text={link} />
          <Dialog.Close className="icon-button board-sign-close" aria-label="Close">
            <X />
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function CopyButton({ text }: { readonly text: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
  };
  return (
    <button type="button" className="button" onClick={() => void copy()}>
      {isCopied ? <Check size={15} /> : <Copy size={15} />}
      {isCopied ? 'Copied the link with the code in it' : 'Copy the link with the code in it'}
    </button>
  );
}
