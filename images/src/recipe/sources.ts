// SPDX-License-Identifier: BSD-2-Clause
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tools/prepare/repository.mjs';
import type { Workshop } from '../workshop.ts';

/** What of the repository goes into images. */
export const UNETMAP_SOURCES = join(ROOT, 'packages/unetmap');
export const AGENT_SOURCES = join(ROOT, 'apps/server/src/sandbox/agent/native');
const FOLDER = join(ROOT, 'images');
export const LABS = join(ROOT, 'labs');
export const GUEST_SOURCES = join(FOLDER, 'guest');
export const ROOT_OVERLAY = join(FOLDER, 'root');
export const LIVE_OVERLAY = join(FOLDER, 'live');
export const VM_OVERLAY = join(FOLDER, 'vm');

/** What an instructor adds to one shape, or to `all`: see docs/images.md. */
export interface Extra {
  readonly debs: readonly string[];
  readonly overlays: readonly string[];
  /** Called with the root's folder. */
  readonly hook: string | undefined;
}

export function extraFor(name: string, { extra }: Workshop): Extra {
  const folder = join(extra, name);
  const packages = join(folder, 'packages');
  const overlay = join(folder, 'overlay');
  const hook = join(folder, 'hook.sh');
  const names = existsSync(packages) ? readdirSync(packages).filter((file) => file.endsWith('.deb')) : [];
  return {
    debs: names.sort().map((file) => join(packages, file)),
    overlays: existsSync(overlay) ? [overlay] : [],
    hook: existsSync(hook) ? hook : undefined,
  };
}
