// SPDX-License-Identifier: BSD-2-Clause
// Descriptors sent over a Unix socket.
import { addressOf, call } from './calls.ts';

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const HEADER_BYTES = 16;

/** A message of one byte, with room for one descriptor; all that its addresses lead to is kept with it. */
function message(fd: number) {
  const payload = new Uint8Array(1);
  const vector = BigUint64Array.of(BigInt(addressOf(payload)), 1n);
  const control = new Uint8Array(HEADER_BYTES + 8);
  const view = new DataView(control.buffer);
  view.setBigUint64(0, BigInt(HEADER_BYTES + 4), true);
  view.setInt32(8, SOL_SOCKET, true);
  view.setInt32(12, SCM_RIGHTS, true);
  view.setInt32(HEADER_BYTES, fd, true);
  const words = new BigUint64Array(7);
  words[2] = BigInt(addressOf(new Uint8Array(vector.buffer)));
  words[3] = 1n;
  words[4] = BigInt(addressOf(control));
  words[5] = BigInt(control.byteLength);
  return { bytes: new Uint8Array(words.buffer), view, keeps: [payload, vector, control] };
}

/** How many bytes went. */
export const passDescriptor = (socket: number, fd: number): number =>
  call('sendmsg', socket, message(fd).bytes, 0);

export function receiveDescriptor(socket: number): number {
  const { bytes, view } = message(-1);
  call('recvmsg', socket, bytes, 0);
  return view.getInt32(HEADER_BYTES, true);
}

/** Both ends of a pair of sockets. */
export function socketPair(type: 'stream' | 'datagram'): [number, number] {
  const ends = new Int32Array(2);
  call('socketpair', 1, type === 'stream' ? 1 : 2, 0, ends);
  return [ends[0] as number, ends[1] as number];
}
