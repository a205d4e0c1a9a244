// SPDX-License-Identifier: BSD-2-Clause
import { useEffect } from 'react';

/** Calls back when the page's theme changes, for what is drawn on a canvas and so has copied its colors. */
export function useThemeChange(onChange: () => void): void {
  useEffect(() => {
    const observer = new MutationObserver(onChange);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, [onChange]);
}
