// SPDX-License-Identifier: BSD-2-Clause
import type { Image } from '../image/image.ts';
import { bootGuest } from './guest.ts';
import { judged, solutionTar, TRY_LAB } from './lab.ts';

/** Boots the image under emulation, and runs the lab through its door. */
export async function verifyVm(image: Image): Promise<string> {
  await using guest = await bootGuest(image);
  const output = await guest.run(TRY_LAB, await solutionTar());
  return `booted under emulation in ${(guest.bootMs / 1000).toFixed(1)} s, ${judged(output)}`;
}
