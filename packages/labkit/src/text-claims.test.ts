// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { textClaims } from './text-claims.ts';

const TEXT = `Read [the paper](https://example.org/paper) and [the file](sink.c), not \`[this](no.c)\`.
Run \`pkt-gen -i vale0:gen
-f tx\`, \`make clean\` or \`vale-ctl\`; the option \`-b\`, the port \`vale0:sink\`, \`tail\` and \`i - 1\` are none.

\`\`\`
  pkt-gen ----> vale0        a drawing
      $ nmstat
  ./sink -i vale0:sink
\`\`\`

| \`NETMAP_BUF(ring, slot->buf_idx)\` | \`POLLIN\` |

\`\`\`c
	ring->head = nm_ring_next(ring, ring->head);
\`\`\`
\`\`\`sh
# a comment
ls -l
\`\`\`
`;

test('links, commands and names are found at their lines, in prose and in fences', () => {
  const { links, commands, names } = textClaims(TEXT);
  const words = (claims: typeof links) => claims.map(({ line, text }) => `${line} ${text}`);
  expect(words(links)).toEqual(['1 https://example.org/paper', '1 sink.c']);
  expect(words(commands)).toEqual([
    '2 pkt-gen -i vale0:gen -f tx',
    '3 make clean',
    '3 vale-ctl',
    '7 nmstat',
    '8 ./sink -i vale0:sink',
    '18 ls -l',
  ]);
  expect(words(names).toSorted()).toEqual(
    ['11 NETMAP_BUF', '11 buf_idx', '11 POLLIN', '14 nm_ring_next', '14 head'].toSorted(),
  );
});
