// SPDX-License-Identifier: BSD-2-Clause
import { Component, type ReactNode, Suspense } from 'react';
import { errorWords, type PanelId } from '../../api/index.ts';
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

interface FailureBoxProps {
  readonly title: string;
  readonly children: ReactNode;
}

class FailureBox extends Component<FailureBoxProps, { error: unknown }> {
  override state = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div className="empty-state">
        <p>
          {this.props.title} stopped: {errorWords(this.state.error)}
        </p>
        <button type="button" className="button" onClick={() => this.setState({ error: undefined })}>
          Start it again
        </button>
      </div>
    );
  }
}
