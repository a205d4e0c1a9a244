// SPDX-License-Identifier: BSD-2-Clause
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { type WebSocket, WebSocketServer } from 'ws';
import { buildBarePages, compress } from './build.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
  '.c': 'text/plain',
};

/** What the editor shows. */
const FILE = join(import.meta.dirname, '../../labs/03-sink/starter/sink.c');

/** Beyond this much that the browser has not drawn, the pty waits. */
const HIGH_WATER_BYTES = 1024 * 1024;

/** A page with ws, node-pty and xterm.js, and one with Monaco, and nothing else. */
export class BarePage {
  readonly #http = createServer((request, response) => this.#answer(request, response));
  readonly #files: Map<string, Buffer>;

  private constructor(files: Map<string, Buffer>) {
    this.#files = files;
    new WebSocketServer({ server: this.#http }).on('connection', runShell);
  }

  static async serve(): Promise<BarePage> {
    const files = await buildBarePages();
    files.set('/file.c', compress(await readFile(FILE)));
    const page = new BarePage(files);
    page.#http.listen(0, '127.0.0.1');
    await once(page.#http, 'listening');
    return page;
  }

  get url(): string {
    const address = this.#http.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const body = this.#files.get(pathname);
    const found = {
      'content-type': TYPES[extname(pathname)] ?? 'application/octet-stream',
      'content-encoding': 'br',
    };
    response.writeHead(body ? 200 : 404, body ? found : {});
    response.end(body);
  }
}

/** A shell as long as the socket lives. */
function runShell(socket: WebSocket, request: IncomingMessage): void {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const size = { cols: Number(query.get('cols')), rows: Number(query.get('rows')) };
  const env = { PS1: '$ ', TERM: 'xterm-256color', PATH: process.env.PATH ?? '' };
  const pty = spawn('/bin/bash', ['--norc'], { ...size, encoding: null, env });
  let undrawnBytes = 0;
  pty.onData((data) => {
    undrawnBytes += data.length;
    if (undrawnBytes > HIGH_WATER_BYTES) pty.pause();
    socket.send(data);
  });
  socket.on('message', (message) => {
    const { text, drawnBytes = 0 } = JSON.parse(String(message));
    if (text !== undefined) pty.write(text);
    undrawnBytes -= drawnBytes;
    if (undrawnBytes <= HIGH_WATER_BYTES) pty.resume();
  });
  socket.on('close', () => pty.kill('SIGKILL'));
}
