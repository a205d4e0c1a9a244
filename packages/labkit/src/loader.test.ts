// SPDX-License-Identifier: BSD-2-Clause
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { labDetail } from '@ringlab/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LabFaults } from './faults.ts';
import { findLabs } from './find-labs.ts';
import { loadLab, loadLabAnswers, loadLabs } from './loader.ts';

const LABS = resolve(import.meta.dirname, '../../../labs');
let folder: string;
let lab: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringlab-labs-'));
  lab = join(folder, '03-sink');
  await cp(join(LABS, '03-sink'), lab, { recursive: true });
  await symlink(join(LABS, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(async () => await rm(folder, { recursive: true }));

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(join(lab, path), 'utf8');
  const changed = change(text);
  expect(changed, `${path} was to be changed`).not.toBe(text);
  await writeFile(join(lab, path), changed);
}

async function faults(): Promise<string[]> {
  const error = await loadLab(lab).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LabFaults);
  return (error as LabFaults).message.split('\n');
}

async function lineOf(path: string, text: string): Promise<number> {
  const lines = (await readFile(join(lab, path), 'utf8')).split('\n');
  return lines.findIndex((line) => line.includes(text)) + 1;
}

describe('finding labs', () => {
  test('a path is a lab, or a folder of labs', async () => {
    const found = await findLabs([lab, join(LABS, 'template')]);
    expect(found).toEqual([join(LABS, 'template/00-example'), lab]);
  });

  test('two labs of one name, and a path that is not there, are faults', async () => {
    await expect(findLabs([LABS, folder])).rejects.toThrow(/03-sink: There is another lab of this name/);
    await expect(findLabs([join(folder, 'nowhere')])).rejects.toThrow(/nowhere: No labs can be read/);
  });
});

describe('loading a lab', () => {
  test('every lab of the course loads, and is fit to be sent', async () => {
    const labs = await loadLabs([LABS]);
    expect(labs.map(({ slug }) => slug)).toContain('03-sink');
    for (const { detail } of labs) labDetail.parse(detail);
  });

  test('mutants are the solution with a mistake', async () => {
    const { solution, mutants } = await loadLabAnswers(await loadLab(lab));
    expect(mutants.length).toBeGreaterThanOrEqual(4);
    for (const mutant of mutants) expect(mutant.files).not.toEqual(solution);
  });

  test('all faults come at once, with their lines', async () => {
    await edit('lab.yaml', (text) =>
      text
        .replace('minutes: 30', 'minutes: soon\nmintues: 30')
        .replace('argv: [./sink, -i, "vale0:sink", -p, "8000"]', 'argv: []')
        .replace('kind: switch', 'kind: swich')
        .replace('look: "0x8100|0x88a8"', "look: 'head|(tail'"),
    );
    const found = await faults();
    const place = async (text: string) => `/03-sink/lab.yaml:${await lineOf('lab.yaml', text)}: `;
    expect(found).toHaveLength(5);
    for (const text of ['minutes: soon', 'mintues', 'argv: []', 'swich', 'head|(tail'])
      expect(found.join('\n')).toContain(await place(text));
  });

  test('syntax has lines, too', async () => {
    await edit('lab.yaml', (text) => text.replace('goals:', 'goals: [unclosed'));
    expect((await faults()).join('\n')).toMatch(/lab\.yaml:\d+: /);
  });

  test.each([
    [
      'lab.yaml',
      'checks: [takes-packets, goes-around]',
      'checks: [takes-packets, nothing]',
      'There is no check "nothing"',
    ],
    ['lab.yaml', 'fails: { takes-packets: sync }', 'fails: { nothing: sync }', 'There is no check "nothing"'],
    ['lab.yaml', 'fails: { takes-packets: sync }', 'fails: { takes-packets: nix }', 'There is no hint "nix"'],
    ['lab.yaml', 'firstFile: sink.c', 'firstFile: sunk.c', 'There is no file "sunk.c"'],
    ['lab.yaml', 'from: gen, to: vale0', 'from: gone, to: vale0', 'There is no node "gone"'],
    ['lab.yaml', 'process: sink }', 'process: sunk }', 'There is no process "sunk"'],
    ['lab.yaml', 'id: sleep', 'id: empty-the-ring', 'There are two steps "empty-the-ring"'],
    ['lab.yaml', 'waitForPorts: ["vale0:sink"]', 'waitForPorts: ["vale0"]', 'must begin with'],
    ['lab.yaml', 'path: Makefile', 'path: Makefiles', 'missing, or cannot be read'],
    [
      'lab.yaml',
      'name: no-sync',
      'name: no-synch',
      'This file is missing; lab.yaml has a mutant of this name',
    ],
    [
      'text.md',
      'Press **Run** once',
      'Press [Run](run.md) once',
      'text.md:10: The link "run.md" leads nowhere',
    ],
    ['text.md', 'Press **Run** once', 'Press [Run](http://example.org/) once', 'leads nowhere'],
    ['text.md', '## Sleep', '## Slumber', 'The step here is "Sleep", not "Slumber"'],
    [
      'solution/sink.c',
      'ioctl(NETMAP_FD(d), NIOCRXSYNC, NULL);',
      'ioctl(d->fd, NIOCRXSYNC, NULL);',
      'does not fit',
    ],
  ])('%s: %s', async (path, from, to, words) => {
    await edit(path, (text) => text.replace(from, to));
    expect((await faults()).join('\n')).toContain(words);
  });

  describe('machines', () => {
    const withMachines = (machines: string, change = (text: string) => text) =>
      edit('lab.yaml', (text) => change(text.replace('processes:', `machines: ${machines}\nprocesses:`)));
    const inVm1 = (text: string) => text.replace('argv: [./sink', 'machine: vm1\n    argv: [./sink');

    test('are there, and hold the nodes of their processes', async () => {
      await withMachines(
        '[{ name: vm1, ports: [{ port: "vale0:vm1" }, { port: "netmap:p}1", by: backend }] }]',
        inVm1,
      );
      const { machines, detail, needs } = await loadLab(lab);
      expect(machines[0]?.ports).toEqual([
        { port: 'vale0:vm1', by: 'passthrough' },
        { port: 'netmap:p}1', by: 'backend', interface: 'eth0' },
      ]);
      expect(detail.topology.nodes.find(({ process }) => process === 'sink')?.machine).toBe('vm1');
      expect(needs.drivers).toEqual(['bubblewrap']);
    });

    test.each([
      ['[{ name: vm2, ports: [{ port: "vale0:a" }] }]', 'There is no machine "vm1"'],
      ['[{ name: vm1, ports: [{ port: "vale0:a" }, { port: "vale0:a" }] }]', 'two machine ports "vale0:a"'],
      ['[{ name: vm1, ports: [{ port: "netmap:eth1" }] }]', 'only ports of switches and ends of pipes'],
      ['[{ name: vm1, ports: [{ port: "vale0" }] }]', 'must begin with'],
      ['[{ name: vm1, ports: [] }]', 'A machine needs a port'],
      [
        '[{ name: vm1, ports: [{ port: "vale0:a", by: backend }, { port: "vale0:b", by: backend }] }]',
        'There are two interfaces "eth0"',
      ],
    ])('%s', async (machines, words) => {
      await withMachines(machines, inVm1);
      expect((await faults()).join('\n')).toContain(words);
    });
  });

  test('a solution that no lab asks for, and a patch that nobody names', async () => {
    await writeFile(join(lab, 'solution/extra.c'), '');
    await writeFile(join(lab, 'mutants/extra.patch'), '');
    const found = (await faults()).join('\n');
    expect(found).toContain('solution/extra.c: lab.yaml names no editable file');
    expect(found).toContain('mutants/extra.patch: lab.yaml has no mutant');
  });

  test.each([
    ['', 'Its default export must be'],
    ['export default [];', 'There is no check.'],
    ['export default [{ id: 1 }];', 'Its default export must be'],
    ['throw new Error("not today");', 'not today'],
  ])('checks.ts: %s', async (text, words) => {
    await writeFile(join(lab, 'checks.ts'), text);
    expect((await faults()).join('\n')).toContain(words);
  });

  test('the faults of several labs are one error', async () => {
    await cp(lab, join(folder, '04-copy'), { recursive: true });
    await writeFile(join(folder, '04-copy/lab.yaml'), 'title: 1\n');
    await edit('lab.yaml', (text) => text.replace('firstFile: sink.c', 'firstFile: sunk.c'));
    await expect(loadLabs([folder])).rejects.toThrow(/03-sink\/lab\.yaml[\s\S]*04-copy\/lab\.yaml/);
  });
});
