// SPDX-License-Identifier: BSD-2-Clause
// Opens a port exclusively, forgets it, and opens it again: forgotten.ts REGION, with --expose-gc
import { setTimeout as sleep } from 'node:timers/promises';
import { NetmapPort } from '../../index.ts';

const region = process.argv[2] ?? '';
const openOnce = () => NetmapPort.open('vale7:forgotten/x', { region });

await (await openOnce()).send([]);
for (let attempt = 0; attempt < 100; attempt++) {
  globalThis.gc?.();
  await sleep(20);
  const port = await openOnce().catch(() => undefined);
  if (port === undefined) continue;
  console.log('free again');
  port.close();
  break;
}
