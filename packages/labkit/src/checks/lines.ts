// SPDX-License-Identifier: BSD-2-Clause

/** Longer than any line that is meant to be read; what programs print without an end must not fill the reader. */
const LONGEST_CHARACTERS = 4096;
/** Hundreds of ports on one line of nmstat. */
export const LONGEST_NMSTAT_CHARACTERS = 512 * 1024;

/**
 * The lines of a stream of UTF-8 bytes; a character may be cut anywhere. The last one needs no end. Of a line longer than
 * `longest` characters only so many come, and the rest of it is dropped.
 */
export async function* lines(
  stream: AsyncIterable<Uint8Array>,
  longest = LONGEST_CHARACTERS,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of stream) {
    const parts = decoder.decode(bytes, { stream: true }).split('\n');
    parts[0] = rest + parts[0];
    rest = (parts.pop() ?? '').slice(0, longest);
    for (const line of parts) yield line.slice(0, longest);
  }
  rest = (rest + decoder.decode()).slice(0, longest);
  if (rest !== '') yield rest;
}
