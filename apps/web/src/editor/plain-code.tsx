// SPDX-License-Identifier: BSD-2-Clause
import { useLayoutEffect, useRef } from 'react';
import { appState } from '../api/index.ts';
import { startPlace } from './place.ts';

interface PlainCodeProps {
  readonly path: string;
  readonly content: string;
}

/** The file as plain text, in Monaco's place, metrics and scroll: readable at once, while the editor is on its way. */
export function PlainCode({ path, content }: PlainCodeProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const ref = appState().workspace?.ref;
    if (box.current === null || ref === undefined) return;
    box.current.scrollTop = startPlace(ref, path, content, box.current.clientHeight).scrollTop;
  }, [path, content]);
  const lines = content.split('\n');
  return (
    <div ref={box} className="plain-code" data-testid="plain-code">
      <pre className="plain-code-numbers" aria-hidden="true">
        {lines.map((_, index) => index + 1).join('\n')}
      </pre>
      <pre className="plain-code-text">{content}</pre>
    </div>
  );
}
