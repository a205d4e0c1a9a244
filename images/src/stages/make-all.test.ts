// SPDX-License-Identifier: BSD-2-Clause
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Workshop, workshopIn } from '../workshop.ts';
import { type Making, makeAll } from './make-all.ts';
import type { Stage } from './stage.ts';

const MIB = 1024 * 1024;

let folder = '';
let workshop: Workshop;
let made: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringlab-making-'));
  workshop = workshopIn(folder);
  made = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const quietly: Making = { shown: (_stage, _done, make) => make(() => {}) };

function stage(name: string, make: (to: string) => void = (to) => writeFileSync(to, name)): Stage {
  return {
    ...{ name, title: `Making ${name}`, after: [], inputs: {}, weight: 1, diskBytes: 100 * MIB },
    output: join(folder, name),
    make: async (to) => {
      made.push(name);
      make(to);
    },
  };
}

it('goes on after an interruption where it was', async () => {
  const broken = stage('two', () => {
    throw new Error('pulled the plug');
  });
  await expect(makeAll([stage('one'), broken], workshop, quietly)).rejects.toThrow('pulled the plug');
  await makeAll([stage('one'), stage('two')], workshop, quietly);
  expect(made).toEqual(['one', 'two', 'two']);
  await makeAll([stage('one'), stage('two')], workshop, quietly);
  expect(made).toEqual(['one', 'two', 'two']);
});

it('does not begin what will not fit, and says how much is missing and where else it could go', async () => {
  const making = { ...quietly, freeBytes: () => 99 * MIB };
  const building = makeAll([stage('one')], workshop, making);
  await expect(building).rejects.toThrow(
    `Disk full: "Making one" needs 100 MiB in ${folder}, which has 99 MiB left.`,
  );
  await expect(building).rejects.toThrow('RINGLAB_IMAGES_DIR');
  expect(made).toEqual([]);
});

it('says that the disk is full when it fills in the middle, and frees what was half made', async () => {
  let freeBytes = 200 * MIB;
  const filling = stage('one', (to) => {
    writeFileSync(to, 'half');
    freeBytes = 0;
    throw new Error('tar: write error');
  });
  const building = makeAll([filling], workshop, { ...quietly, freeBytes: () => freeBytes });
  await expect(building).rejects.toThrow('Disk full');
  expect(existsSync(join(folder, 'one.new'))).toBe(false);
});
