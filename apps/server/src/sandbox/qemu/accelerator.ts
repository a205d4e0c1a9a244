// SPDX-License-Identifier: BSD-2-Clause

import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonIn } from '../json-text.ts';
import { writeWhole } from '../whole-file.ts';
import type { Accelerator } from './arguments.ts';
import { KVM_DEVICE, whyNotOpen } from './kvm-device.ts';

const choice = z.object({ accelerator: z.enum(['kvm', 'tcg']), why: z.string() });
/** `why` is a sentence about the processor's help, for the operator. */
export type Choice = Readonly<z.infer<typeof choice>>;
/** `opened`: by whom machines run as. What was noted before somebody looked for that may be no more than a lack of rights. */
const note = choice.extend({ kernel: z.string(), qemu: z.string(), opened: z.literal(true) });

interface Trial {
  readonly device?: string | undefined;
  /** Whom machines run as; undefined for the server's own user. */
  readonly user?: number | undefined;
}

/** Starts a machine of the image, and resolves when somebody could log in; it rejects when that takes too long. */
export type Boot = (accelerator: Accelerator) => Promise<void>;

/**
 * Whether the processor helps. The device may be there, open, and even make machines that then stand still: only a
 * machine that has booted proves anything. What came out is remembered for this kernel and this QEMU. Whether the machines'
 * user may open it is looked at each time.
 *
 * Where no machine boots, emulated neither, KVM is not to blame: nothing is remembered, and this rejects as `boot` does.
 */
export async function chooseAccelerator(
  dataDir: string,
  qemuVersion: string,
  boot: Boot,
  { device = KVM_DEVICE, user }: Trial = {},
): Promise<Choice> {
  const obstacle = await whyNotOpen(device, user);
  if (obstacle !== undefined) return { accelerator: 'tcg', why: obstacle };
  const path = join(dataDir, 'vm-accelerator.json');
  const remembered = await recall(path, qemuVersion);
  if (remembered !== undefined) return remembered;
  const found = await tryKvm(boot);
  const words = { ...found, why: `${found.why}${found.accelerator === 'tcg' ? again(path) : ''}` };
  const noted: z.infer<typeof note> = { ...words, kernel: release(), qemu: qemuVersion, opened: true };
  await writeWhole(path, `${JSON.stringify(noted)}\n`).catch(() => {});
  return words;
}

function again(path: string): string {
  return ` It is not tried again on this kernel, unless somebody removes ${path}.`;
}

async function recall(path: string, qemuVersion: string): Promise<Choice | undefined> {
  const found = note.safeParse(jsonIn(await readFile(path, 'utf8').catch(() => '')));
  if (!found.success || found.data.kernel !== release() || found.data.qemu !== qemuVersion) return undefined;
  return found.data;
}

async function tryKvm(boot: Boot): Promise<Choice> {
  const fault = await boot('kvm').then(
    () => undefined,
    (error: Error) => error,
  );
  if (fault === undefined) return { accelerator: 'kvm', why: 'KVM works.' };
  await boot('tcg');
  return {
    accelerator: 'tcg',
    why: `/dev/kvm is there, but a machine that uses it does not start (${fault.message}), so virtual machines are emulated, and slower.`,
  };
}
