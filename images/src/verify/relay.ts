// SPDX-License-Identifier: BSD-2-Clause
// What ssh calls to reach a guest: its stdin and stdout become one connection to a Unix socket.
import { connect } from 'node:net';

const socket = connect(process.argv[2] ?? '');
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on('close', () => process.exit(0));
socket.on('error', ({ message }) => {
  console.error(message);
  process.exit(1);
});
