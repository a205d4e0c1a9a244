// SPDX-License-Identifier: BSD-2-Clause
import type { RingView } from '../ring-figure/model/ring-view.ts';
import { slotWords } from '../ring-figure/model/words.ts';

interface SlotDetailProps {
  readonly ring: RingView;
  readonly slot: number;
  /** The beginning of its frame, when it came. */
  readonly hex: string | undefined;
}

/** What the selected slot holds, and the first bytes of its buffer. */
export function SlotDetail({ ring, slot, hex }: SlotDetailProps) {
  return (
    <div className="rings-slot" aria-live="polite">
      <p>{slotWords(ring, slot)}</p>
      {hex !== undefined && <pre className="mono">{hexLines(hex, ring.lengths[slot] ?? 0).join('\n')}</pre>}
    </div>
  );
}

const LINE_BYTES = 16;

/** `0000  ff ff ...`, as Wireshark shows bytes. */
function hexLines(hex: string, length: number): string[] {
  const bytes = (hex.match(/../g) ?? []).slice(0, length);
  return Array.from({ length: Math.ceil(bytes.length / LINE_BYTES) }, (_, line) => {
    const part = bytes.slice(line * LINE_BYTES, (line + 1) * LINE_BYTES);
    return `${(line * LINE_BYTES).toString(16).padStart(4, '0')}  ${part.slice(0, 8).join(' ')}  ${part.slice(8).join(' ')}`;
  });
}
