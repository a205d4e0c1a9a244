// SPDX-License-Identifier: BSD-2-Clause
import { Component, type ReactNode } from 'react';
import { CodeMissing, errorWords } from '../api/index.ts';

interface FailureBoxProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** Keeps a failure from what is around it, and says it. */
export class FailureBox extends Component<FailureBoxProps, { error: unknown }> {
  override state = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    const again = () => this.setState({ error: undefined });
    return (
      <div className="empty-state" role="alert">
        {(error as unknown) instanceof CodeMissing ? (
          <NotLoaded title={this.props.title} error={error} />
        ) : (
          <Stopped title={this.props.title} error={error} onAgain={again} />
        )}
      </div>
    );
  }
}

function NotLoaded({ title, error }: { readonly title: string; readonly error: unknown }) {
  return (
    <>
      <p>
        {title} could not be loaded: {errorWords(error)}
      </p>
      <button type="button" className="button" onClick={() => location.reload()}>
        Load the page again
      </button>
    </>
  );
}

interface StoppedProps {
  readonly title: string;
  readonly error: unknown;
  readonly onAgain: () => void;
}

function Stopped({ title, error, onAgain }: StoppedProps) {
  return (
    <>
      <p>
        {title} stopped: {errorWords(error)}
      </p>
      <button type="button" className="button" onClick={onAgain}>
        Start it again
      </button>
    </>
  );
}
