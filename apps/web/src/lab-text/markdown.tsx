// SPDX-License-Identifier: BSD-2-Clause
import type { ComponentProps, ReactNode } from 'react';
import ReactMarkdown, { type Components, defaultUrlTransform, type ExtraProps } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { navigation, useAppState } from '../api/index.ts';
import { CodeBlock } from './code-block.tsx';
import { Figure } from './figure.tsx';

/** A lab's prose. Raw HTML in it is shown as text; links leave for a tab of their own and carry no referrer. */
export function Markdown({ text }: { readonly text: string }) {
  return (
    <div className="prose lab-prose">
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={COMPONENTS} urlTransform={safeUrl}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

/** Figures may be SVG inside the text; anything else that is not a plain web link is dropped. */
function safeUrl(url: string, key: string): string {
  return key === 'src' && url.startsWith('data:image/svg+xml') ? url : defaultUrlTransform(url);
}

const COMPONENTS: Components = {
  a: ({ href, children }) => <ProseLink href={href}>{children}</ProseLink>,
  img: ({ src, alt }) => <Figure src={src} alt={alt} />,
  pre: ({ node, children }) => (
    <CodeBlock text={textOf(node)} language={languageOf(node)}>
      {children}
    </CodeBlock>
  ),
  code: ({ className, children }) => <Code className={className}>{children}</Code>,
  // A figure is no paragraph's child.
  p: ({ node, children }) =>
    node?.children.some((child) => isImage(child)) ? <div>{children}</div> : <p>{children}</p>,
};

type Hast = ExtraProps['node'];

function textOf(block: Hast): string {
  const texts =
    block?.children.flatMap((child) => (child.type === 'element' ? child.children : [child])) ?? [];
  return texts.map((text) => ('value' in text ? text.value : '')).join('');
}

/** ```c makes `c`; a block without a language is a drawing. */
function languageOf(block: Hast): string | undefined {
  const code = block?.children.find((child) => child.type === 'element');
  const names = code?.properties.className;
  return Array.isArray(names) ? String(names[0]).replace('language-', '') : undefined;
}

const isImage = (child: { readonly type: string; readonly tagName?: string }) => child.tagName === 'img';

function ProseLink({ href, children }: ComponentProps<'a'>) {
  if (href?.startsWith('#') || href?.startsWith('/')) return <a href={href}>{children}</a>;
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

/** An expression is not broken at the hyphen of its arrow; a whole command has to be. */
const LONGEST_UNBROKEN = 28;

/** The name of one of the workspace's files, as code in the text, opens that file. */
function Code({
  className,
  children,
}: {
  readonly className: string | undefined;
  readonly children?: ReactNode;
}) {
  const text = typeof children === 'string' ? children : undefined;
  const isFile = useAppState(({ workspace }) => workspace?.files.some(({ path }) => path === text) ?? false);
  if (!isFile || className !== undefined || text === undefined)
    return <code data-short={(text?.length ?? 0) <= LONGEST_UNBROKEN}>{children}</code>;
  return (
    <button
      type="button"
      className="lab-file"
      title={`Open ${text}`}
      onClick={() => navigation.openFile(text)}
    >
      <code>{text}</code>
    </button>
  );
}
