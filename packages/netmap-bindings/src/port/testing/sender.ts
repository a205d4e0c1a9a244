// SPDX-License-Identifier: BSD-2-Clause
// A process that sends COUNT frames: sender.ts PORT REGION COUNT
import { NetmapPort } from '../../index.ts';

const [name = '', region = '', count = '0'] = process.argv.slice(2);
await using port = await NetmapPort.open(name, { region });
const frame = new Uint8Array(60).fill(255, 0, 6);
// A switch drops what finds no room: slowly enough for any receiver.
for (let left = Number(count); left > 0; left -= 100) {
  await port.send(Array(Math.min(100, left)).fill(frame));
  await new Promise((resolve) => setTimeout(resolve, 2));
}
