// SPDX-License-Identifier: BSD-2-Clause
// raw-receiver.ts ADDON DEVICE MS: prints "ready", then packets a second.
import { createRequire } from 'node:module';
import { Tally } from './tally.ts';

const [addon = '', device = '', periodMs] = process.argv.slice(2);
const { receive } = createRequire(import.meta.url)(addon) as {
  receive(device: string, callback: (frame: Uint8Array) => void): void;
};
const tally = new Tally(Number(periodMs));
const PACKETS_A_LOOK = 64;
let count = 0;
receive(device, (frame) => {
  tally.take(frame);
  if (++count % PACKETS_A_LOOK !== 0 || !tally.isOver()) return;
  console.log(tally.rate());
  process.exit();
});
console.log('ready');
