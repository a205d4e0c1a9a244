// SPDX-License-Identifier: BSD-2-Clause
/** The file as plain text, in Monaco's place and metrics: readable at once, while the editor is on its way. */
export function PlainCode({ content }: { readonly content: string }) {
  const lines = content.split('\n');
  return (
    <div className="plain-code" data-testid="plain-code">
      <pre className="plain-code-numbers" aria-hidden="true">
        {lines.map((_, index) => index + 1).join('\n')}
      </pre>
      <pre className="plain-code-text">{content}</pre>
    </div>
  );
}
