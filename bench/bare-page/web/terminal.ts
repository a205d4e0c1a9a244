// SPDX-License-Identifier: BSD-2-Clause
// The least that is a terminal in a browser: bytes from the socket to the screen, keys to the socket, and, as the
// documentation of xterm.js asks of everybody, word of what was drawn, so that a flood waits.
// `?cols=80&rows=24`: its size. `&hidden=COMMAND`: runs that in a second terminal, which nobody sees.
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';

const query = new URLSearchParams(location.search);
const size = { cols: Number(query.get('cols') ?? 80), rows: Number(query.get('rows') ?? 24) };

function connect(place: HTMLElement, started: (socket: WebSocket, terminal: Terminal) => void): void {
  const socket = new WebSocket(`ws://${location.host}/pty?cols=${size.cols}&rows=${size.rows}`);
  socket.binaryType = 'arraybuffer';
  const terminal = new Terminal(size);
  terminal.open(place);
  socket.onopen = () => started(socket, terminal);
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) =>
    terminal.write(new Uint8Array(data), () => socket.send(JSON.stringify({ drawnBytes: data.byteLength })));
  terminal.onData((text) => socket.send(JSON.stringify({ text })));
}

function place(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no ${id}.`);
  return element;
}

connect(place('terminal'), (_, terminal) => terminal.focus());
const command = query.get('hidden');
if (command !== null)
  connect(place('hidden'), (socket) => socket.send(JSON.stringify({ text: `${command}\n` })));
