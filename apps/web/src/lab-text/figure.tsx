// SPDX-License-Identifier: BSD-2-Clause
import './figure.css';
import { FIGURE_ATTRIBUTES, FIGURE_ELEMENTS } from '@ringlab/protocol';
import { Dialog } from 'radix-ui';
import { createElement, type ReactNode } from 'react';

interface FigureProps {
  readonly src: string | undefined;
  readonly alt: string | undefined;
}

const SVG = 'data:image/svg+xml,';

/** A lab's drawing is part of the page, so that its lines have the theme's colors. A click shows it large. */
export function Figure({ src, alt = '' }: FigureProps) {
  const drawing = src?.startsWith(SVG)
    ? drawingOf(decodeURIComponent(src.slice(SVG.length)), alt)
    : undefined;
  return (
    <figure className="lab-figure">
      {drawing === undefined ? (
        <img src={src} alt={alt} loading="lazy" />
      ) : (
        <Enlarging drawing={drawing} caption={alt} />
      )}
      {alt !== '' && <figcaption>{alt}</figcaption>}
    </figure>
  );
}

function Enlarging({ drawing, caption }: { readonly drawing: ReactNode; readonly caption: string }) {
  return (
    <Dialog.Root>
      <Dialog.Trigger
        className="lab-figure-small"
        title="Enlarge this drawing"
        aria-label={`Enlarge: ${caption}`}
      >
        {drawing}
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-shade" />
        <Dialog.Content className="lab-figure-large" aria-describedby={undefined}>
          <Dialog.Title>{caption}</Dialog.Title>
          {drawing}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Undefined for what is no SVG. */
function drawingOf(svg: string, alt: string): ReactNode {
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  return root.localName === 'svg' ? drawn(root, alt) : undefined;
}

/** Only what a drawing needs is taken over: no script, no style, nothing from elsewhere. */
function drawn(element: Element, label: string): ReactNode {
  if (!FIGURE_ELEMENTS.has(element.localName)) return null;
  const attributes = [...element.attributes].filter(({ name }) => FIGURE_ATTRIBUTES.has(name));
  const role = label === '' ? {} : { role: 'img', 'aria-label': label };
  const children = [...element.childNodes].map((node) =>
    node instanceof Element ? drawn(node, '') : node.textContent,
  );
  const properties = Object.fromEntries(attributes.map(({ name, value }) => [reactName(name), value]));
  return createElement(element.localName, { ...properties, ...role }, ...children);
}

/** React's names of attributes: `text-anchor` is `textAnchor`. */
function reactName(name: string): string {
  if (name === 'class') return 'className';
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
