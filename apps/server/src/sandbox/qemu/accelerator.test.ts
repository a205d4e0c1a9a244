// SPDX-License-Identifier: BSD-2-Clause
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { release, tmpdir } from 'node:os';
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
  const choice = await chooseAccelerator(dataDir, 'QEMU 1', () => expect.unreachable(), {
    device: join(dataDir, 'kvm'),
  });
  expect(choice).toMatchObject({ accelerator: 'tcg', why: expect.stringMatching(/no \/dev\/kvm/) });
});

test.runIf(process.getuid?.() === 0)(
  'a device that the machines’ user may not open is told with what mends it, and tried when he may',
  async () => {
    const dataDir = newDataDir();
    chmodSync(dataDir, 0o711);
    const device = join(dataDir, 'kvm');
    writeFileSync(device, '', { mode: 0o600 });
    const choose = (boot: Boot) => chooseAccelerator(dataDir, 'QEMU 1', boot, { device, user: 65_534 });
    const why = expect.stringMatching(/is for root alone, .*chown root:kvm \/dev\/kvm && chmod 660/);
    expect(await choose(() => expect.unreachable())).toMatchObject({ accelerator: 'tcg', why });
    expect(readdirSync(dataDir)).toEqual(['kvm']);
    // A group as devices have one: he is given that.
    chownSync(device, 0, 36);
    chmodSync(device, 0o660);
    expect(await choose(async () => {})).toMatchObject({ accelerator: 'kvm', why: 'KVM works.' });
  },
);

test('what was noted without looking at who may open the device is not believed', async () => {
  const dataDir = newDataDir();
  const device = join(dataDir, 'kvm');
  writeFileSync(device, '');
  const noted = { accelerator: 'tcg', why: 'Permission denied', kernel: release(), qemu: 'QEMU 1' };
  writeFileSync(join(dataDir, 'vm-accelerator.json'), JSON.stringify(noted));
  const found = await chooseAccelerator(dataDir, 'QEMU 1', async () => {}, { device });
  expect(found).toMatchObject({ accelerator: 'kvm' });
});

describe('a device that opens', () => {
  /** What opens proves nothing: any file does. */
  const choose = (dataDir: string, qemu: string, boot: Boot) => {
    const device = join(dataDir, 'kvm');
    writeFileSync(device, '');
    return chooseAccelerator(dataDir, qemu, boot, { device });
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
