// SPDX-License-Identifier: BSD-2-Clause
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { navigation } from '../../api/index.ts';

interface ShellDialogProps {
  readonly title: string;
  readonly className?: string;
  readonly description?: string;
  /** The title is for screen readers only. */
  readonly bare?: boolean;
  readonly children: ReactNode;
}

const close = () => navigation.showDialog(undefined);

export function ShellDialog({
  title,
  description,
  className = '',
  bare = false,
  children,
}: ShellDialogProps) {
  return (
    <Dialog.Root open onOpenChange={close}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-shade" />
        <Dialog.Content
          className={`dialog ${className}`}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <Dialog.Title className={bare ? 'visually-hidden' : ''}>{title}</Dialog.Title>
          {description && <Dialog.Description className="dim">{description}</Dialog.Description>}
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
