// SPDX-License-Identifier: BSD-2-Clause
/**
 * Proves that labs can be solved, in C and in C++, and are not solved already: the template, and one of the course. Of all of
 * the course the browser's stories prove it in C, and `pnpm labs verify` proves everything, mutants included.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  buildLab,
  findLabs,
  type Lab,
  loadLab,
  loadLabAnswers,
  type Sandbox,
  type SandboxFittings,
  textProblems,
  verifyLab,
} from '@ringlab/labkit';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { availableDrivers, firstUsable } from './sandbox/drivers.ts';

const TIMEOUT_MS = 180_000;

const config = readConfig(process.env);
const dataDir = await mkdtemp(join(tmpdir(), 'ringlab-labs-test-'));
const drivers = availableDrivers({ ...config, dataDir, cacheDir: config.imagesDir });
const chosen = await firstUsable(drivers);
const folders = await findLabs([join(config.labsDir, 'template'), join(config.labsDir, '11-firewall')]);
const labs = await Promise.all(folders.map(loadLab));

afterAll(async () => {
  for (const driver of drivers) await driver[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const FALSE_TEXT = `Right: \`nm_ring_next(ring, i)\`, \`slot->buf_idx\`, \`be16()\`, \`POLLIN\`, \`make sink\`, \`pkt-gen\`.
Wrong: \`nm_ring_nxt(ring, i)\` and \`NETMAP_RXRINGS\`.
Right: \`./sink -i vale0:sink -b\` and \`pkt-gen -i vale0:a -f rx\`.
Wrong: \`./sink -q 7\`.
Wrong: \`pkt-gone\` and \`make cleaner\`.
\`\`\`sh
pkt-gen -i vale0:a -J 3
nmstat --watch
\`\`\`
`;

/** Typed in `cwd`; both outputs, and the exit code. */
async function labsCommand(argv: readonly string[], cwd: string) {
  const ran = promisify(execFile)(process.execPath, [join(import.meta.dirname, 'labs.ts'), ...argv], {
    env: { ...process.env, INIT_CWD: cwd },
  });
  return await ran.then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code: Number(code), output: `${stdout}${stderr}` }),
  );
}

describe('a lab of one’s own, outside of the repository', () => {
  test('is made, holds, and is wrong where it is made wrong', { timeout: TIMEOUT_MS }, async () => {
    const made = await labsCommand(['new', './08-my-lab'], dataDir);
    expect(made).toMatchObject({ code: 0 });
    const manifest = join(dataDir, '08-my-lab/lab.yaml');
    const mistake = join(dataDir, '08-my-lab/mutants/leaves-last.patch');
    expect(await readFile(manifest, 'utf8')).toMatch(/^title: My lab$/m);
    expect(await labsCommand(['verify', './08-my-lab'], dataDir)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^holds {2}08-my-lab/m),
    });

    // No mistake any more: what is verified is whether that is found out, and named.
    await writeFile(mistake, (await readFile(mistake, 'utf8')).replace('> 1', '>= 1'));
    const survived = await labsCommand(['verify', './08-my-lab'], dataDir);
    expect(survived.code).toBe(1);
    expect(survived.output.match(/^ {8}\S.*/gm)).toEqual([
      '        mutant leaves-last: survives the check counts',
    ]);

    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('leaves-last', 'leaves-first'));
    const wrong = await labsCommand(['verify', './08-my-lab'], dataDir);
    expect(wrong.code).toBe(1);
    expect(wrong.output).toMatch(/mutants\/leaves-first\.patch: This file is missing/);

    await writeFile(join(dataDir, '08-my-lab/checks.ts'), 'const first = 1;\n\nconst wrong = {;\n');
    const { output } = await labsCommand(['verify', './08-my-lab'], dataDir);
    expect(output.match(/08-my-lab\/\S+: .*/g)).toEqual([
      expect.stringMatching(/checks\.ts:3: It cannot be loaded: /),
    ]);
  });

  test('is not made where something is, nor under a name that is none', async () => {
    expect(await labsCommand(['new', '03-sink'], dataDir)).toMatchObject({
      code: 2,
      output: expect.stringContaining('There is something here already'),
    });
    expect(await labsCommand(['new', '03-mine'], dataDir)).toMatchObject({
      code: 2,
      output: expect.stringContaining('The number 03 is taken by 03-sink'),
    });
    expect(await labsCommand(['new', './mine'], dataDir)).toMatchObject({
      code: 2,
      output: expect.stringContaining('two digits, a dash and a word'),
    });
  });
});

describe('labs', () => {
  test.for(labs)(
    '$slug: the solution passes in C and in C++, the starter builds and fails',
    { timeout: TIMEOUT_MS },
    async (lab, { signal }) => {
      if ('why' in chosen) throw new Error(`No sandbox can be made here: ${chosen.why}`);
      let sandboxes = 0;
      const createSandbox = (fittings: SandboxFittings) =>
        chosen.driver.create({
          id: `test-${lab.slug}-${sandboxes++}`,
          limits: config.limits,
          ...fittings,
        });
      const parallel = availableParallelism();
      expect(await verifyLab(lab, { createSandbox, extent: 'answers', parallel, signal })).toEqual([]);
    },
  );

  test('what does not end is ended, tried once more, and named', { timeout: TIMEOUT_MS }, async ({
    signal,
  }) => {
    if ('why' in chosen) throw new Error(`No sandbox can be made here: ${chosen.why}`);
    const [example] = labs;
    if (example === undefined) throw new Error('There is no lab.');
    let tries = 0;
    const never = { ...example.checks[0], after: [], run: () => new Promise<never>(() => tries++) };
    const lab = { ...example, checks: [{ ...never, id: 'never' }] } as Lab;
    const late: string[] = [];
    const made: Sandbox[] = [];
    const problems = await verifyLab(lab, {
      createSandbox: async (fittings) => {
        const sandbox = await chosen.driver.create({ id: 'test-late', limits: config.limits, ...fittings });
        made.push(sandbox);
        return sandbox;
      },
      extent: 'solution',
      longestMs: 25_000,
      onInconclusive: async (words) => void late.push(words),
      signal,
    });
    expect(problems).toEqual(['solution did not end within 25 s, at the check never']);
    expect([late.length, tries, made.length]).toEqual([2, 2, 2]);
    for (const sandbox of made) await expect(sandbox.exec(['true'])).rejects.toThrow();
  });

  test.for(['cc', 'cpp'])(
    'a file NAME.%s is built in place of NAME.c',
    { timeout: TIMEOUT_MS },
    async (ending) => {
      if ('why' in chosen) throw new Error(`No sandbox can be made here: ${chosen.why}`);
      for (const slug of ['03-sink', '15-latency-and-batching']) {
        const lab = await loadLab(join(config.labsDir, slug));
        const { solution } = await loadLabAnswers(lab);
        await using sandbox = await chosen.driver.create({
          id: `test-${ending}-${slug}`,
          limits: config.limits,
        });
        const inCpp = solution
          .filter(({ path, editable }) => editable && path.endsWith('.c'))
          .map((file) => ({ ...file, path: file.path.replace(/c$/, ending) }));
        const inC = solution.map((file) =>
          inCpp.some(({ path }) => path.replace(ending, 'c') === file.path)
            ? { ...file, content: '#error this is not to be built\n' }
            : file,
        );
        await sandbox.put([...inC, ...inCpp]);
        expect(await buildLab(lab, sandbox), slug).toMatchObject({ ok: true });
      }
    },
  );

  test('a text that promises what is not there is found out', { timeout: TIMEOUT_MS }, async ({ signal }) => {
    if ('why' in chosen) throw new Error(`No sandbox can be made here: ${chosen.why}`);
    const lab = await loadLab(join(config.labsDir, '03-sink'));
    await using sandbox = await chosen.driver.create({ id: 'test-text', limits: config.limits });
    await sandbox.put((await loadLabAnswers(lab)).solution);
    await buildLab(lab, sandbox);
    await writeFile(join(dataDir, 'text.md'), FALSE_TEXT);
    const problems = await textProblems({ dir: dataDir }, sandbox, signal);
    expect(problems.map((problem) => /text\.md:(\d+): .*?"(.*?)"/.exec(problem)?.slice(1))).toEqual([
      ['2', 'nm_ring_nxt'],
      ['2', 'NETMAP_RXRINGS'],
      ['4', './sink -q 7'],
      ['5', 'pkt-gone'],
      ['5', 'make cleaner'],
      ['7', 'pkt-gen -i vale0:a -J 3'],
    ]);
  });
});
