// SPDX-License-Identifier: BSD-2-Clause
// A process that sends COUNT frames: sender.ts PORT REGION COUNT
import { NetmapPort } from '../../index.ts';

const [name = '', region = '', count = '0'] = process.argv.slice(2);
await using port = await NetmapPort.open(name, { region });
const frame = new Uint8Array(60).fill(255, 0, 6);
await port.send(Array(Number(count)).fill(frame));
