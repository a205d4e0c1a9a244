// SPDX-License-Identifier: BSD-2-Clause
// The archive that a Linux kernel unpacks as its initramfs: "newc", of Documentation/driver-api/early-userspace/buffer-format.rst.

export interface CpioEntry {
  readonly name: string;
  /** Type and permissions as in `st_mode`. */
  readonly mode: number;
  readonly content?: Uint8Array;
  /** Of a device node. */
  readonly device?: { readonly major: number; readonly minor: number };
}

export const FOLDER_MODE = 0o040755;
export const PROGRAM_MODE = 0o100755;
export const FILE_MODE = 0o100644;
export const CHARACTER_DEVICE_MODE = 0o020600;

/** Entries in the order given, all root's and of the same time. */
export function cpio(entries: readonly CpioEntry[], timeSeconds: number): Buffer {
  const all = [...entries, { name: 'TRAILER!!!', mode: 0 }];
  return Buffer.concat(all.map((entry, i) => entryBytes(entry, i + 1, timeSeconds)));
}

function entryBytes({ name, mode, content, device }: CpioEntry, inode: number, timeSeconds: number): Buffer {
  const size = content?.length ?? 0;
  const { major = 0, minor = 0 } = device ?? {};
  const fields = [inode, mode, 0, 0, 1, timeSeconds, size, 0, 0, major, minor, name.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
  return Buffer.concat([padded(Buffer.from(header, 'latin1')), padded(Buffer.from(content ?? []))]);
}

/** Header with name, and content, each end at a multiple of four. */
function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
