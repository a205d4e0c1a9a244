// SPDX-License-Identifier: BSD-2-Clause
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLab } from '@ringlab/labkit';
import type { ProvisionLine } from '@ringlab/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { repositoryDir } from '../../../config.ts';
import { Checklist } from '../../../provisioning/checklist.ts';
import { provision } from '../../../provisioning/provision.ts';
import { tableText } from '../../../provisioning/report.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { freshDriver, type Ground } from './ground.ts';

/** What `pnpm images build container` is there: it takes the image that tests have, because the recipe takes minutes. */
const TAKE_BUILT = `
import { symlinkSync } from 'node:fs';
import { jsonLines } from '${repositoryDir}/images/src/commands/bar.ts';
const [command, shape, json] = process.argv.slice(2);
if (command !== 'build' || shape !== 'container' || json !== '--json') throw new Error('It is called otherwise.');
const tell = jsonLines((line) => process.stdout.write(line));
tell({ done: 0.5, title: 'Taking the image', detail: 'root.tar' });
symlinkSync('BUILT/container', process.env.RINGLAB_IMAGES_DIR + '/container');
tell({ done: 1, title: 'Taken', detail: '' });
`;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function repositoryWith(built: string): string {
  const folder = newFolder();
  mkdirSync(join(folder, 'images'));
  writeFileSync(join(folder, 'images/main.ts'), TAKE_BUILT.replace('BUILT', built));
  return folder;
}

export function provisioned(ground: Ground): void {
  test('provisioning has the image built that is lacking, with its progress, and ends green', async () => {
    using options = ground.options();
    const imagesDir = newFolder();
    const told: ProvisionLine[] = [];
    const list = new Checklist((_, line) => void (line?.id === 'image' && told.push(line)));
    const means = {
      drivers: [freshDriver(ground, { imagesDir })],
      ...{ driver: 'auto' as const, limits: DEFAULT_LIMITS, poolSandboxes: 1, imagesDir },
      repositoryDir: repositoryWith(options.imagesDir),
    };
    const tour = await loadLab(join(repositoryDir, 'labs/00-tour'));
    await provision({ ...means, labs: () => [tour] }, 'docker', list, new AbortController().signal);

    expect(told).toContainEqual(
      expect.objectContaining({ state: 'working', done: 0.5, words: 'Taking the image: root.tar' }),
    );
    const text = tableText(list.state, false);
    expect(text).toMatch(/^good {2}docker +docker .* works; limits are held by/m);
    expect(text).toMatch(/^good {2}Image +The container image is built\./m);
    expect(text).toMatch(/^good {2}Sandboxes kept ready +1 ready, \d+ ms each\./m);
    expect(text).toMatch(/^good {2}00 Tour +The solution passes all \d checks\./m);
    expect(text).toMatch(/Ready: everything works with docker\.$/);
  }, 120_000);
}
