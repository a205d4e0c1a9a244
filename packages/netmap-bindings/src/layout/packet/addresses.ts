// SPDX-License-Identifier: BSD-2-Clause

/** Six bytes; throws RangeError for text that is no MAC address. */
export function macBytes(text: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) throw new RangeError(`"${text}" is no MAC address.`);
  return Uint8Array.from(text.split(':'), (pair) => Number.parseInt(pair, 16));
}

export function macText(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Four bytes; throws RangeError for text that is no IPv4 address. */
export function ipv4Bytes(text: string): Uint8Array {
  const parts = text.split('.');
  const right = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  if (!right) throw new RangeError(`"${text}" is no IPv4 address.`);
  return Uint8Array.from(parts, Number);
}

export function ipv4Text(bytes: Uint8Array): string {
  return bytes.subarray(0, 4).join('.');
}

/** Sixteen bytes; throws RangeError for text that is no IPv6 address. Takes `::`, not the form with dots. */
export function ipv6Bytes(text: string): Uint8Array {
  const words = ipv6Words(text);
  if (words === undefined) throw new RangeError(`"${text}" is no IPv6 address.`);
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

function ipv6Words(text: string): number[] | undefined {
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [front = [], back = []] = halves;
  const missing = 8 - front.length - back.length;
  const shape = halves.length === 1 ? missing === 0 : halves.length === 2 && missing > 0;
  const words = [...front, ...Array<string>(Math.max(missing, 0)).fill('0'), ...back];
  if (!shape || !words.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  return words.map((word) => Number.parseInt(word, 16));
}

/** The short form of RFC 5952. */
export function ipv6Text(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const zeros = longestZeros(words);
  const text = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':');
  if (zeros.length < 2) return text(words);
  return `${text(words.slice(0, zeros.start))}::${text(words.slice(zeros.start + zeros.length))}`;
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let end = start;
    while (words[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}
