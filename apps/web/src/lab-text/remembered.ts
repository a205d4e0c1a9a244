// SPDX-License-Identifier: BSD-2-Clause
import { useCallback, useState } from 'react';

type Numbers = Readonly<Record<string, number>>;

/**
 * Small numbers by name that this browser keeps for one lab: how many hints of a step were revealed, which answer
 * was given. Where the browser keeps nothing, they last as long as the page.
 */
export function useRemembered(labSlug: string): [Numbers, (name: string, value: number) => void] {
  const key = `ringlab.lab-text.${labSlug}`;
  const [numbers, setNumbers] = useState(() => readNumbers(key));
  const remember = useCallback(
    (name: string, value: number) =>
      setNumbers((before) => {
        const after = { ...before, [name]: value };
        keep(key, after);
        return after;
      }),
    [key],
  );
  return [numbers, remember];
}

function readNumbers(key: string): Numbers {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter(([, value]) => Number.isInteger(value)));
  } catch {
    return {};
  }
}

function keep(key: string, numbers: Numbers): void {
  try {
    localStorage.setItem(key, JSON.stringify(numbers));
  } catch {
    // A full or forbidden storage: they are kept in the page.
  }
}
