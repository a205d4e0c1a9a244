// SPDX-License-Identifier: BSD-2-Clause
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { doStage, fingerprintOf, inOrder, isDone, type Stage } from './stage.ts';

let folder = '';
let stamps = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringlab-stage-'));
  stamps = join(folder, 'stamps');
  writeFileSync(join(folder, 'input'), 'first');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A stage that copies `input`. */
function copying(name: string, after: readonly Stage[] = []): Stage {
  return {
    ...{ name, title: name, after, weight: 1, diskBytes: 0, output: join(folder, `${name}.out`) },
    inputs: { paths: [join(folder, 'input')] },
    make: async (to) => writeFileSync(to, readFileSync(join(folder, 'input'))),
  };
}

it('is done after it was made, until an input changes', async () => {
  const stage = copying('one');
  expect(isDone(stage, stamps)).toBe(false);
  await doStage(stage, stamps, () => {});
  expect(isDone(stage, stamps)).toBe(true);
  writeFileSync(join(folder, 'input'), 'second');
  expect(isDone(stage, stamps)).toBe(false);
});

it('is to be done again when a stage before it changed, or when its output was cut or removed', async () => {
  const first = { ...copying('one'), inputs: { values: 1 } };
  const second = { ...copying('two', [first]), inputs: {} };
  for (const stage of inOrder(second)) await doStage(stage, stamps, () => {});
  expect(isDone(second, stamps)).toBe(true);
  expect(isDone({ ...second, after: [{ ...first, inputs: { values: 2 } }] }, stamps)).toBe(false);
  writeFileSync(second.output, 'f');
  expect(isDone(second, stamps)).toBe(false);
  rmSync(second.output);
  expect(isDone(second, stamps)).toBe(false);
});

it('leaves nothing that looks done when it fails half-way', async () => {
  const stage = copying('one');
  await doStage(stage, stamps, () => {});
  const failing: Stage = {
    ...stage,
    make: async (to) => {
      writeFileSync(to, 'half');
      throw new Error('out of paper');
    },
  };
  await expect(doStage(failing, stamps, () => {})).rejects.toThrow('out of paper');
  expect(isDone(stage, stamps)).toBe(false);
  expect(readFileSync(stage.output, 'utf8')).toBe('first');
});

it('is to be done again when an input changed while it was made', async () => {
  const stage = copying('one');
  const edited = async (to: string): Promise<void> => {
    await stage.make(to, () => {});
    writeFileSync(join(folder, 'input'), 'second');
  };
  await doStage({ ...stage, make: edited }, stamps, () => {});
  expect(isDone(stage, stamps)).toBe(false);
});

it('knows a stage by what it is made from, not by where', () => {
  const here = fingerprintOf(copying('one'));
  const other = mkdtempSync(join(tmpdir(), 'ringlab-stage-'));
  writeFileSync(join(other, 'input'), 'first');
  const there = fingerprintOf({ ...copying('one'), inputs: { paths: [join(other, 'input')] } });
  rmSync(other, { recursive: true });
  expect(there).toBe(here);
});
