// SPDX-License-Identifier: BSD-2-Clause
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ClientMessage, decodeFrame, encodeFrame, type ServerMessage } from '@ringlab/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { Connection, type ConnectionListener } from './connection.ts';

const person = { personId: 'ada', name: 'Ada', role: 'attendee' } as const;
const sandbox = { usable: true, message: '' };

/** A real WebSocket server that welcomes, remembers what it was sent, and answers as it is told. */
class Peer {
  readonly server: WebSocketServer;
  readonly messages: ClientMessage[] = [];
  bootId = 'boot-one';
  answer: (message: Extract<ClientMessage, { type: 'request' }>) => ServerMessage | undefined = () =>
    undefined;
  socket: ServerSocket | undefined;

  constructor(port = 0) {
    this.server = new WebSocketServer({ host: '127.0.0.1', port });
    this.server.on('connection', (socket) => this.#connected(socket));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  send(message: ServerMessage): void {
    this.socket?.send(JSON.stringify(message));
  }

  requests(method: string): number {
    return this.messages.filter((message) => message.type === 'request' && message.method === method).length;
  }

  async stop(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
    await once(this.server, 'close');
  }

  #connected(socket: ServerSocket): void {
    this.socket = socket;
    socket.on('message', (data, isBinary) => {
      if (isBinary) return socket.send(data, { binary: true });
      const message = JSON.parse(String(data)) as ClientMessage;
      this.messages.push(message);
      if (message.type === 'hello') {
        this.send({ type: 'welcome', protocol: 1, bootId: this.bootId, person, sandbox });
      } else if (message.type === 'request') {
        const answer = this.answer(message);
        if (answer !== undefined) this.send(answer);
      }
    });
  }
}

let peer: Peer;
let connection: Connection;
let listener: { [K in keyof ConnectionListener]: ReturnType<typeof vi.fn<ConnectionListener[K]>> };

beforeEach(async () => {
  peer = new Peer();
  await once(peer.server, 'listening');
  listener = { online: vi.fn(), offline: vi.fn(), event: vi.fn(), frame: vi.fn() };
  connection = new Connection(`ws://127.0.0.1:${peer.port}`, 'tab-for-test', listener);
  await vi.waitFor(() => expect(listener.online).toHaveBeenCalledTimes(1));
});
afterEach(async () => {
  connection[Symbol.dispose]();
  await peer.stop();
});

describe('Connection', () => {
  it('says hello first, and gives each request its answer', async () => {
    expect(peer.messages[0]).toEqual({ type: 'hello', protocol: 1, tabId: 'tab-for-test' });
    peer.answer = ({ requestId, method }) =>
      method === 'file.save'
        ? { type: 'reply', requestId, result: { version: 3, savedAtMs: 5 } }
        : { type: 'failed', requestId, error: { code: 'busy', message: 'Busy.' } };
    const save = { lab: '03-sink', path: 'sink.c', content: '', baseVersion: 2 };
    await expect(connection.request('file.save', save)).resolves.toEqual({ version: 3, savedAtMs: 5 });
    await expect(connection.request('run.start', { lab: '03-sink' })).rejects.toMatchObject({ code: 'busy' });
  });

  it('comes back after a loss, and says hello with the same tab', async () => {
    peer.socket?.terminate();
    await vi.waitFor(() => expect(listener.offline).toHaveBeenCalledTimes(1));
    await vi.waitFor(() => expect(listener.online).toHaveBeenCalledTimes(2));
    expect(listener.online.mock.lastCall?.[1]).toBe(false);
    expect(peer.messages.filter(({ type }) => type === 'hello')).toHaveLength(2);
  });

  it('waits for a server that is away, and tells that it is another process', async () => {
    const { port } = peer;
    await peer.stop();
    await vi.waitFor(() => expect(listener.offline).toHaveBeenCalled());
    peer = new Peer(port);
    peer.bootId = 'boot-two';
    await vi.waitFor(() => expect(listener.online).toHaveBeenCalledTimes(2), { timeout: 5000 });
    expect(listener.online.mock.lastCall?.[1]).toBe(true);
  });

  it('asks again what can be asked twice, and ends what cannot with a reason', async () => {
    const versions = connection.request('file.versions', { workspace: { lab: '03-sink' }, path: 'sink.c' });
    const run = connection.request('run.start', { lab: '03-sink' });
    const lost = expect(run).rejects.toMatchObject({ code: 'offline' });
    await vi.waitFor(() => expect(peer.requests('run.start')).toBe(1));
    peer.answer = ({ requestId }) => ({ type: 'reply', requestId, result: { versions: [] } });
    peer.socket?.terminate();
    await lost;
    await expect(versions).resolves.toEqual({ versions: [] });
    expect(peer.requests('file.versions')).toBe(2);
    expect(peer.requests('run.start')).toBe(1);
  });

  it('refuses at once what needs the server while it is away', async () => {
    await peer.stop();
    await vi.waitFor(() => expect(listener.offline).toHaveBeenCalled());
    await expect(connection.request('run.start', { lab: '03-sink' })).rejects.toThrow('cannot be reached');
    peer = new Peer();
  });

  it('carries terminal bytes both ways', async () => {
    const frame = { kind: 'input', terminalId: 7, offset: 12, payload: Uint8Array.of(0, 255, 10) } as const;
    expect(connection.sendFrame(frame)).toBe(true);
    await vi.waitFor(() => expect(listener.frame).toHaveBeenCalledWith(decodeFrame(encodeFrame(frame))));
  });

  it('drops a message that is none, and goes on', async () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => {});
    peer.socket?.send('{"type":"rates"}');
    peer.send({ type: 'labs.changed' });
    await vi.waitFor(() => expect(listener.event).toHaveBeenCalledWith({ type: 'labs.changed' }));
    expect(complaint).toHaveBeenCalledTimes(1);
    complaint.mockRestore();
  });
});
