// SPDX-License-Identifier: BSD-2-Clause
import type { ComponentProps } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import type { Slide } from './deck-parts.ts';
import { SlideFigure } from './slide-figure.tsx';

interface SlideBodyProps {
  readonly slide: Slide;
  /** Of its figure; -1 for paper, which has the last one and all that is said. */
  readonly step: number;
  readonly onLink: (path: string) => void;
}

export function SlideBody({ slide: { text, figure }, step, onLink }: SlideBodyProps) {
  const last = (figure?.steps.length ?? 1) - 1;
  return (
    <>
      <div className="slide-text">
        <ReactMarkdown remarkPlugins={[remarkGfm]} components={componentsWith(onLink)}>
          {text}
        </ReactMarkdown>
      </div>
      {figure && <SlideFigure figure={figure} step={step < 0 ? last : Math.min(step, last)} />}
      {figure && step < 0 && (
        <ol className="slide-told">
          {figure.steps.map(({ caption }) => (
            <li key={caption}>{caption}</li>
          ))}
        </ol>
      )}
    </>
  );
}

/** A link to a lab stays in this page, `/labs/02-rings?step=send&run` opens it at a step and runs it. */
function componentsWith(onLink: (path: string) => void): Components {
  return {
    a: ({ href = '', children }: ComponentProps<'a'>) =>
      href.startsWith('/') ? (
        <a
          href={href}
          className="button primary"
          onClick={(event) => {
            event.preventDefault();
            onLink(href);
          }}
        >
          {children}
        </a>
      ) : (
        <a href={href} target="_blank" rel="noreferrer noopener">
          {children}
        </a>
      ),
  };
}
