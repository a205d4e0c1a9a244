// SPDX-License-Identifier: BSD-2-Clause
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { Server } from '../harness/server.ts';
import { templateLab } from '../labs.ts';

test('who writes a lab elsewhere sees each change in the open page, and each fault with its place', async ({
  attendee,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'ringlab-author-'));
  const lab = join(folder, '50-mine');
  await cp(templateLab, lab, { recursive: true });
  await using server = await Server.start({
    env: { RINGLAB_MORE_LABS: folder, RINGLAB_WATCH_LABS: 'true' },
  });
  const edit = async (path: string, from: string, to: string) => {
    const text = await readFile(join(lab, path), 'utf8');
    await writeFile(join(lab, path), text.replace(from, to));
  };

  const { page } = await attendee('Author', '50-mine', server.links);
  const text = page.getByRole('region', { name: 'Lab', exact: true }).last();
  await edit('text.md', 'Say first what this lab is about', 'Rings turn');
  await expect(text).toContainText('Rings turn');

  await edit('lab.yaml', 'minutes: 15', 'minutes: soon');
  await expect(text.getByRole('alert')).toContainText(/lab\.yaml:\d+: minutes/);
  await expect(text).toContainText('Rings turn');
  await edit('lab.yaml', 'minutes: soon', 'minutes: 20');
  await expect(text.getByRole('alert')).toHaveCount(0);

  await edit('checks.ts', "title: 'Counts every packet'", "title: 'Counts them all'");
  await expect(text).toContainText('Counts them all');
  await rm(folder, { recursive: true });
});
