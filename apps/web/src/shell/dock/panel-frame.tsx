// SPDX-License-Identifier: BSD-2-Clause
import { Suspense } from 'react';
import type { PanelId } from '../../api/index.ts';
import { FailureBox } from '../failure-box.tsx';
import { PANELS } from '../panels.tsx';
import { Progress } from '../progress.tsx';

/** A panel's box: waits for its code, and keeps its failure from the rest of the page. */
export function PanelFrame({ id }: { readonly id: PanelId }) {
  const { title, component: Panel } = PANELS[id];
  return (
    <section className="panel-frame" data-panel={id} aria-label={title} tabIndex={-1}>
      <FailureBox title={title}>
        <Suspense fallback={<Progress words={`Loading ${title.toLowerCase()}`} />}>
          <Panel />
        </Suspense>
      </FailureBox>
    </section>
  );
}
