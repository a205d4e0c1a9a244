// SPDX-License-Identifier: BSD-2-Clause
/** Proves that every lab can be solved and is not solved already; `pnpm labs verify` proves its mutants, too. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labFolders, loadLab, verifyLab } from '@ringlab/labkit';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { availableDrivers, firstUsable } from './sandbox/drivers.ts';

const TIMEOUT_MS = 180_000;

const config = readConfig(process.env);
const dataDir = await mkdtemp(join(tmpdir(), 'ringlab-labs-test-'));
const drivers = availableDrivers({ ...config, dataDir });
const chosen = await firstUsable(drivers);
const folders = await labFolders(config.labsDir);

afterAll(async () => {
  for (const driver of drivers) await driver[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

describe('labs', () => {
  test.for(folders)(
    '%s: the solution passes, the starter builds and fails',
    { timeout: TIMEOUT_MS },
    async (folder, { signal }) => {
      if ('why' in chosen) throw new Error(`No sandbox can be made here: ${chosen.why}`);
      const lab = await loadLab(folder);
      let sandboxes = 0;
      const createSandbox = () =>
        chosen.driver.create({ id: `test-${lab.slug}-${sandboxes++}`, limits: config.limits });
      expect(await verifyLab(lab, { createSandbox, extent: 'answers', signal })).toEqual([]);
    },
  );
});
