// SPDX-License-Identifier: BSD-2-Clause
import { useEffect } from 'react';
import { onThemeChange } from '../tokens.ts';

/** Calls back when the page's theme changes, for what is drawn on a canvas and so has copied its colors. */
export function useThemeChange(onChange: () => void): void {
  useEffect(() => {
    const watch = onThemeChange(onChange);
    return () => watch[Symbol.dispose]();
  }, [onChange]);
}
