// SPDX-License-Identifier: BSD-2-Clause
// netmap-receiver.ts PORT REGION MS: prints "ready", then packets a second.
import { NetmapPort } from '../src/index.ts';
import { Tally } from './tally.ts';

const [name = '', region = '', periodMs] = process.argv.slice(2);
await using port = await NetmapPort.open(name, { region });
const tally = new Tally(Number(periodMs));
console.log('ready');
for await (const batch of port) {
  for (const frame of batch) tally.take(frame);
  if (tally.isOver()) break;
}
console.log(tally.rate());
