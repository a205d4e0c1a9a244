// SPDX-License-Identifier: BSD-2-Clause
// Two ports of one process, over whatever /dev/netmap is.
import { NetmapPort } from '../../index.ts';

await using a = await NetmapPort.open('vale7:a');
await using b = await NetmapPort.open('vale7:b');
setTimeout(() => a.send(Array(100).fill(new Uint8Array(60).fill(255, 0, 6))), 50);
let count = 0;
for await (const batch of b) {
  count += batch.slotCount;
  if (count === 100) break;
}
console.log(a.engine, count);
