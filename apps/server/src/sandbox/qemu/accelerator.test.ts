// SPDX-License-Identifier: BSD-2-Clause
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Boot, chooseAccelerator } from './accelerator.ts';

function newDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  return dataDir;
}

test('where there is no device, nothing is tried', async () => {
  const dataDir = newDataDir();
  const choice = await chooseAccelerator(dataDir, 'QEMU 1', () => expect.unreachable(), join(dataDir, 'kvm'));
  expect(choice).toMatchObject({ accelerator: 'tcg', why: expect.stringMatching(/no \/dev\/kvm/) });
});

describe('a device that opens', () => {
  /** What opens proves nothing: any file does. */
  const choose = (dataDir: string, qemu: string, boot: Boot) => {
    const device = join(dataDir, 'kvm');
    writeFileSync(device, '');
    return chooseAccelerator(dataDir, qemu, boot, device);
  };

  test('is believed only after a machine has booted, once for each kernel and QEMU', async () => {
    const dataDir = newDataDir();
    const tries: string[] = [];
    const hangs: Boot = async (accelerator) => {
      tries.push(accelerator);
      if (accelerator === 'kvm') throw new Error('it did not boot in time');
    };
    const why = expect.stringMatching(
      /^\/dev\/kvm is there, but .*did not boot.*unless somebody removes .*vm-accelerator\.json\.$/,
    );
    for (let i = 0; i < 2; i++)
      expect(await choose(dataDir, 'QEMU 1', hangs)).toMatchObject({ accelerator: 'tcg', why });
    expect(tries).toEqual(['kvm', 'tcg']);
    expect(await choose(dataDir, 'QEMU 2', async () => {})).toMatchObject({ accelerator: 'kvm' });
  });

  test('is not blamed where nothing boots, and is tried again when something does', async () => {
    const dataDir = newDataDir();
    const damaged: Boot = async (accelerator) => {
      throw new Error(`no kernel for ${accelerator}`);
    };
    await expect(choose(dataDir, 'QEMU 1', damaged)).rejects.toThrow('no kernel for tcg');
    expect(existsSync(join(dataDir, 'vm-accelerator.json'))).toBe(false);
    expect(await choose(dataDir, 'QEMU 1', async () => {})).toMatchObject({ accelerator: 'kvm' });
  });

  test.each(['', '{"accelerator":"tc', '[]'])('is tried again when what was noted is %j', async (text) => {
    const dataDir = newDataDir();
    const path = join(dataDir, 'vm-accelerator.json');
    writeFileSync(path, text);
    expect(await choose(dataDir, 'QEMU 1', async () => {})).toMatchObject({ accelerator: 'kvm' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ accelerator: 'kvm' });
  });
});
