// SPDX-License-Identifier: BSD-2-Clause
import { connect } from 'node:net';
import { encodeFrame, requests } from '@ringlab/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shellLab } from '../testing/labs.ts';
import { TestServer } from '../testing/test-server.ts';
import { TestTab } from '../testing/test-tab.ts';

const lab = shellLab.slug;
const MIB = 1024 * 1024;

let server: TestServer;
let cookie: string;

beforeAll(async () => {
  server = await TestServer.start([shellLab]);
  cookie = await server.join('Ana');
});
afterAll(() => server[Symbol.asyncDispose]());

describe('who may connect', () => {
  const refused = async (origin: string | undefined, headers = {}) => {
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/ws`, {
      headers: { cookie, ...(origin && { origin }), ...headers },
    });
    return new Promise((resolve) => {
      socket.on('open', () => resolve('open')).on('error', (fault) => resolve(fault.message));
    });
  };

  test('pages of this server alone', async () => {
    expect(await refused('http://evil.example')).toMatch(/403/);
    expect(await refused(undefined)).toMatch(/403/);
    expect(await refused('http://rebound.example', { host: 'rebound.example' })).toMatch(/403/);
    expect(await refused(server.origin)).toBe('open');
  });

  test('who is not signed in is told so by the close code', async () => {
    const tab = TestTab.connect({ origin: server.origin, cookie: 'ringlab_session=made-up' });
    await tab.until(() => tab.closed, 'the close');
    expect(tab.closed?.code).toBe(4401);
  });
});

describe('who is turned away', () => {
  /** Sends `bytes` as they are, and gives what came back until the server closed. */
  const raw = (...bytes: (string | Buffer)[]) =>
    new Promise<string>((resolve) => {
      const { port } = new URL(server.origin);
      let answer = '';
      const socket = connect({ port: Number(port), host: '127.0.0.1' }, () => {
        for (const part of bytes) socket.write(part);
      });
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
      });
      socket.on('error', () => undefined).on('close', () => resolve(answer));
    });
  const upgrade = (target: string) =>
    `GET ${target} HTTP/1.1\r\nHost: ${new URL(server.origin).host}\r\nOrigin: ${server.origin}\r\nConnection: Upgrade\r\n` +
    'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

  test('does not take the server along by a target that is no URL', async () => {
    expect(await raw(upgrade('//'))).toMatch(/^HTTP\/1.1 404 /);
    expect((await server.get('/api/health')).status).toBe(200);
  });

  test('does not take the server along by bytes that are no frame', async () => {
    expect(await raw(upgrade('/ws'), Buffer.alloc(64, 0xff))).toMatch(/^HTTP\/1.1 101 /);
    expect((await server.get('/api/health')).status).toBe(200);
  });
});

describe('messages that are none', () => {
  test('get a complaint in words, and the connection goes on', async () => {
    using tab = await server.tab(cookie);
    for (const garbage of [
      '',
      '{',
      'null',
      '[]',
      '{"type":"format-disk"}',
      '{"type":"request","requestId":1.5}',
    ]) {
      const before = tab.messages.length;
      tab.sendText(garbage);
      await tab.until(() => (tab.messages.length > before ? true : undefined), 'a complaint');
      expect(tab.messages.at(-1)).toMatchObject({ type: 'complaint', error: { code: 'bad-message' } });
    }
    tab.socket.send(Buffer.from([9, 9, 9]));
    tab.socket.send(encodeFrame({ kind: 'output', terminalId: 1, offset: 0, payload: new Uint8Array(3) }));
    tab.socket.send(encodeFrame({ kind: 'input', terminalId: 77, offset: 0, payload: new Uint8Array(3) }));
    expect((await tab.request('labs.list', {})).labs).toHaveLength(1);
  });

  test('whatever comes, the tab is answered afterwards or was closed for flooding', {
    timeout: 60_000,
  }, async () => {
    const message = fc.oneof(
      fc.json(),
      fc.string(),
      fc.uint8Array({ maxLength: 40 }),
      fc.record({
        type: fc.constantFrom('request', 'hello', 'ping', 'terminal.ack'),
        requestId: fc.integer(),
        method: fc.constantFrom(...Object.keys(requests)),
        params: fc.jsonValue(),
        terminalId: fc.integer(),
        offset: fc.double(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 20 }), async (messages) => {
        using tab = await server.tab(cookie);
        for (const sent of messages) {
          tab.socket.send(
            typeof sent === 'string' || sent instanceof Uint8Array ? sent : JSON.stringify(sent),
          );
        }
        if (messages.some((sent) => typeof sent === 'object' && 'type' in sent && sent.type === 'hello'))
          return;
        expect((await tab.request('labs.list', {})).labs).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  test('a request before hello is none', async () => {
    const tab = TestTab.connect({ origin: server.origin, cookie });
    await new Promise((resolve) => tab.socket.once('open', resolve));
    tab.sendText({ type: 'request', requestId: 1, method: 'labs.list', params: {} });
    expect((await tab.message('complaint')).error.message).toMatch(/hello/);
  });

  test('garbage without end ends the connection, and no other', async () => {
    const tab = await server.tab(cookie);
    using other = await server.tab(cookie);
    for (let count = 0; count < 500; count++) tab.sendText('garbage');
    await tab.until(() => tab.closed, 'the close');
    expect(tab.closed?.code).toBe(1008);
    expect((await other.request('labs.list', {})).labs).toHaveLength(1);
  });

  test('large messages without end end the connection, and no other', async () => {
    const tab = await server.tab(cookie);
    using other = await server.tab(cookie);
    const large = 'x'.repeat(10 * MIB);
    for (let count = 0; count < 8; count++) tab.sendText(large);
    await tab.until(() => tab.closed, 'the close');
    expect(tab.closed?.code).toBe(1008);
    expect((await other.request('labs.list', {})).labs).toHaveLength(1);
  });

  test('a message beyond all bounds ends the connection', async () => {
    const tab = await server.tab(cookie);
    tab.sendText('x'.repeat(17 * MIB));
    await tab.until(() => tab.closed, 'the close');
  });
});

test('a tab that asks without end is told to wait, and others are answered', async () => {
  using tab = await server.tab(cookie);
  using other = await server.tab(cookie);
  const answered = (requestId: number) =>
    tab.messages.find((message) => 'requestId' in message && message.requestId === requestId);
  const refused = () =>
    tab.messages.find((message) => message.type === 'failed' && message.error.code === 'too-many');
  for (let requestId = 1; requestId <= 3000 && !refused(); requestId++) {
    tab.sendText({ type: 'request', requestId, method: 'workspace.open', params: { workspace: { lab } } });
    if (requestId % 100 === 0) await tab.until(() => answered(requestId), 'the answers so far');
  }
  expect(answered(1)).toMatchObject({ type: 'reply' });
  expect(refused()).toMatchObject({ error: { message: expect.stringContaining('Wait a moment') } });
  expect((await other.request('labs.list', {})).labs).toHaveLength(1);
});
