// SPDX-License-Identifier: BSD-2-Clause
import type { LiveImage as About } from '@ringlab/protocol';
import { Download, HardDriveDownload } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { actions, errorWords } from '../api/index.ts';

type Found = { readonly about: About } | { readonly problem: string };

/** What attendees take home: the whole of Ringlab on a stick. It is looked for when somebody asks. */
export function LiveImage() {
  const [found, setFound] = useState<Found>();
  const look = (isOpen: boolean) => {
    if (!isOpen) return;
    actions.liveImage().then(
      (about) => setFound({ about }),
      (error: unknown) => setFound({ problem: errorWords(error) }),
    );
  };
  return (
    <Popover.Root onOpenChange={look}>
      <Popover.Trigger className="board-live" title="Ringlab on a stick, for a laptop without a network">
        <HardDriveDownload size={14} /> Live image
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="board-live-card" align="end" sideOffset={6}>
          {found === undefined ? (
            <p className="progress" role="status">
              Reading the image
            </p>
          ) : (
            <Answer {...found} />
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Answer(found: Found) {
  if ('problem' in found) return <p className="notice warn">{found.problem}</p>;
  const { path, bytes, sha256 } = found.about;
  return (
    <>
      <p>
        The whole of Ringlab, offline. Write it to a USB stick, start a laptop from it, and the course opens.
        Nothing on the laptop is changed.
      </p>
      <a className="button primary" href={path} download>
        <Download size={15} /> Download ringlab.iso, {Math.ceil(bytes / 1_000_000)} MB
      </a>
      <dl>
        <dt>SHA-256</dt>
        <dd className="mono">{sha256}</dd>
        <dt>For attendees, who must have joined</dt>
        <dd className="mono">{location.origin + path}</dd>
      </dl>
    </>
  );
}
