// SPDX-License-Identifier: BSD-2-Clause
import { readTokens } from '../../tokens.ts';
import type { RingView } from '../model/ring-view.ts';

/** The theme's colors, copied for a canvas. */
export interface Palette {
  readonly text: string;
  readonly dim: string;
  readonly faint: string;
  readonly line: string;
  readonly panel: string;
  readonly owned: string;
  readonly ownedArc: string;
  readonly ownedSoft: string;
  readonly released: string;
  readonly releasedSoft: string;
  readonly rx: string;
  readonly tx: string;
  readonly mono: string;
  readonly sans: string;
}

export function readPalette(): Palette {
  const token = readTokens();
  return {
    text: token('--text'),
    dim: token('--text-dim'),
    faint: token('--text-faint'),
    line: token('--line'),
    panel: token('--panel'),
    owned: token('--accent'),
    ownedArc: `${token('--accent')}b3`,
    ownedSoft: `${token('--accent')}3d`,
    released: token('--line-strong'),
    releasedSoft: `${token('--line-strong')}80`,
    rx: token('--rx'),
    tx: token('--tx'),
    mono: token('--mono'),
    sans: token('--sans'),
  };
}

export const packetColor = (palette: Palette, { dir }: Pick<RingView, 'dir'>) => palette[dir];
