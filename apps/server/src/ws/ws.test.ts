// SPDX-License-Identifier: BSD-2-Clause
import { type RequestMethod, requests } from '@ringlab/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shellLab } from '../testing/labs.ts';
import { TestServer } from '../testing/test-server.ts';
import { RequestFailed } from '../testing/test-tab.ts';

const lab = shellLab.slug;
const MIB = 1024 * 1024;

let server: TestServer;
let cookie: string;

beforeAll(async () => {
  server = await TestServer.start([shellLab]);
  cookie = await server.join('Ana');
});
afterAll(() => server[Symbol.asyncDispose]());

const save = (content: string, baseVersion = -1, path = 'main.sh') => ({ lab, path, content, baseVersion });

async function failureOf(work: Promise<unknown>) {
  const fault = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(fault instanceof RequestFailed)) throw new Error(`This should have failed: ${fault}`);
  return fault.error;
}

describe('saving', () => {
  test('a file of 10 MiB is refused in words, and the tab goes on', async () => {
    using tab = await server.tab(cookie);
    const error = await failureOf(tab.request('file.save', save('int x;\n'.repeat((10 * MIB) / 7))));
    expect(error.code).toBe('file-too-large');
    expect(error.message).toMatch(/at most 1 MiB/);
    const wide = await failureOf(tab.request('file.save', save('€'.repeat(MIB - 10))));
    expect(wide.message).toMatch(/3\.0 MiB/);
    expect(await tab.request('file.save', save('small'))).toMatchObject({ version: expect.any(Number) });
  });

  test('files that are too large together are refused in words', async () => {
    using tab = await server.tab(await server.join('Hoarder'));
    const content = 'x'.repeat(MIB);
    for (let file = 0; file < 15; file++) await tab.request('file.save', save(content, 0, `f${file}`));
    const error = await failureOf(tab.request('file.save', save(content, 0, 'last')));
    expect(error).toMatchObject({
      code: 'file-too-large',
      message: expect.stringContaining('16 MiB together'),
    });
    await tab.request('file.save', save('short', 0, 'last'));
  });

  test('a save from an older version loses neither side', async () => {
    using tab = await server.tab(await server.join('Conflict'));
    const { version } = await tab.request('file.save', save('one', 0));
    await tab.request('file.save', save('two', version));
    const error = await failureOf(tab.request('file.save', save('three', version)));
    expect(error).toMatchObject({ code: 'version-conflict', current: { version: 2, content: 'two' } });
    expect(await tab.request('file.save', save('two', version))).toMatchObject({ version: 2 });
    expect(await tab.request('file.save', save('three', -1))).toMatchObject({ version: 3 });
  });

  test('another tab of the same person hears of it, the saving one does not', async () => {
    const person = await server.join('Two tabs');
    using first = await server.tab(person);
    using second = await server.tab(person);
    for (const tab of [first, second]) await tab.request('workspace.open', { workspace: { lab } });
    await first.request('file.save', save('from first', 0));
    expect((await second.message('file.changed')).file).toMatchObject({
      path: 'main.sh',
      content: 'from first',
    });
    expect(first.messages.some(({ type }) => type === 'file.changed')).toBe(false);
  });

  test('files of the lab stay, own files come and go, resets keep versions', async () => {
    using tab = await server.tab(await server.join('Files'));
    expect(await failureOf(tab.request('file.save', save('x', 0, 'Makefile')))).toMatchObject({
      code: 'not-editable',
    });
    expect(await failureOf(tab.request('file.delete', { lab, path: 'main.sh' }))).toMatchObject({
      code: 'not-editable',
    });
    expect(await failureOf(tab.request('file.save', save('x', 0, '../up')))).toMatchObject({
      code: 'bad-path',
    });
    expect(await failureOf(tab.request('file.save', save('x', 0, 'main.sh/x')))).toMatchObject({
      code: 'bad-path',
    });
    await tab.request('file.save', save('mine', 0, 'own.h'));
    await tab.request('file.save', save('changed', 0));
    expect((await tab.request('lab.reset', { lab })).files.map(({ path }) => path)).toEqual([
      'main.sh',
      'Makefile',
    ]);
    const { versions } = await tab.request('file.versions', { workspace: { lab }, path: 'own.h' });
    expect(versions.map(({ reason }) => reason)).toEqual(['reset-lab', 'save']);
    const old = { workspace: { lab }, path: 'own.h', version: 1 };
    expect((await tab.request('file.version', old)).content).toBe('mine');
    expect((await tab.request('file.reset', { lab, path: 'main.sh' })).content).toBe('echo starter\n');
  });

  test('any text comes back as it was', async () => {
    using tab = await server.tab(await server.join('Texts'));
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (content) => {
        await tab.request('file.save', save(content));
        const { files } = await tab.request('workspace.open', { workspace: { lab } });
        expect(files.find(({ path }) => path === 'main.sh')?.content).toBe(content.toWellFormed());
      }),
      { numRuns: 50 },
    );
  });
});

test('replies come in the order of the requests, whatever each one takes', async () => {
  using tab = await server.tab(await server.join('Order'));
  for (let requestId = 1000; requestId < 1100; requestId++) {
    const [method, params] = requestId % 3 === 0 ? ['file.save', save(`${requestId}`)] : ['labs.list', {}];
    tab.sendText({ type: 'request', requestId, method, params });
  }
  await tab.message('reply', ({ requestId }) => requestId === 1099);
  const ids = tab.messages.flatMap((message) => (message.type === 'reply' ? [message.requestId] : []));
  expect(ids).toEqual(Array.from({ length: 100 }, (_, index) => 1000 + index));
});

test('a tab that connects again takes the place of its own older connection', async () => {
  const older = await server.tab(cookie, { tabId: 'the-same-tab' });
  using newer = await server.tab(cookie, { tabId: 'the-same-tab' });
  await older.until(() => older.closed, 'the close');
  expect(older.closed?.code).toBe(4409);
  expect((await newer.request('labs.list', {})).labs).toHaveLength(1);
});

describe('roles', () => {
  const methods = Object.keys(requests) as RequestMethod[];

  test.each(methods.filter((method) => requests[method].role === 'instructor'))(
    '%s is refused to attendees',
    async (method) => {
      using tab = await server.tab(cookie);
      const error = await failureOf(tab.request(method, { lab, open: false } as never));
      expect(error.code).toBe('not-allowed');
    },
  );

  test("an attendee reaches nobody else's work by naming it", async () => {
    const { person } = (await (await server.get('/api/me', await server.join('Victim'))).json()) as {
      person: { personId: string };
    };
    using tab = await server.tab(cookie);
    const workspace = { lab, personId: person.personId };
    for (const work of [
      tab.request('workspace.open', { workspace }),
      tab.request('file.versions', { workspace, path: 'main.sh' }),
      tab.request('file.version', { workspace, path: 'main.sh', version: 1 }),
      tab.request('rates.history', { workspace }),
    ]) {
      expect((await failureOf(work)).code).toBe('not-allowed');
    }
  });

  test('a closed lab runs nothing for attendees and keeps their files readable and safe', async () => {
    using attendee = await server.tab(cookie);
    using instructor = await server.tab(await server.instructor());
    await instructor.request('labs.set-open', { lab, open: false });
    await attendee.message('labs.changed');
    for (const work of [
      attendee.request('run.start', { lab }),
      attendee.request('check.start', { lab }),
      attendee.request('terminal.open', { lab, cols: 80, rows: 24 }),
    ]) {
      expect((await failureOf(work)).code).toBe('lab-closed');
    }
    expect((await attendee.request('workspace.open', { workspace: { lab } })).files).toHaveLength(2);
    await attendee.request('file.save', save('kept'));
    await instructor.request('labs.set-open', { lab, open: true });
  });

  test('without a sandbox Run says why', async () => {
    using tab = await server.tab(cookie);
    const error = await failureOf(tab.request('run.start', { lab }));
    expect(error).toMatchObject({
      code: 'no-sandbox',
      message: 'No sandbox here: this is a test without one.',
    });
  });
});

test("the instructor's board shows who is here and where", async () => {
  using attendee = await server.tab(await server.join('On the board'));
  await attendee.request('workspace.open', { workspace: { lab } });
  using instructor = await server.tab(await server.instructor());
  const find = (rows: readonly { name: string }[]) => rows.find(({ name }) => name === 'On the board');
  const board = await instructor.request('board.open', {});
  expect(find(board.rows)).toMatchObject({ online: true, lab, cells: [{ state: 'untouched' }] });
  await attendee.request('file.save', save('started', 0));
  await instructor.message('board', ({ board: { rows } }) =>
    rows.some((row) => row.name === 'On the board' && row.cells[0]?.state === 'started'),
  );
  attendee[Symbol.dispose]();
  await instructor.message('board', ({ board: { rows } }) =>
    rows.some((row) => row.name === 'On the board' && !row.online),
  );
});
