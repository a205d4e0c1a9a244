// SPDX-License-Identifier: BSD-2-Clause
/** The tokens of tokens.css for what is not drawn by CSS: the editor, the terminals. */
export function readTokens(): (name: `--${string}`) => string {
  const style = getComputedStyle(document.documentElement);
  return (name) => fullHex(style.getPropertyValue(name).trim());
}

/** Minified CSS has `#fff` where the source has `#ffffff`; those who add an alpha to it need all six digits. */
function fullHex(color: string): string {
  return /^#[0-9a-f]{3,4}$/i.test(color) ? color.replace(/[0-9a-f]/gi, '$&$&') : color;
}

export function onThemeChange(changed: () => void): Disposable {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return { [Symbol.dispose]: () => observer.disconnect() };
}
