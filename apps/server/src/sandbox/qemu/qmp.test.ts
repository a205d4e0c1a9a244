// SPDX-License-Identifier: BSD-2-Clause

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Qmp } from './qmp.ts';

test('a QEMU that takes the connection and never greets is not waited for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const server = createServer().listen(join(folder, 'qmp'));
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  await expect(Qmp.open(join(folder, 'qmp'))).rejects.toThrow(
    'The virtual machine refused qmp_capabilities: it has ended',
  );
});

test('a QEMU that ends as it is spoken to is told, and harms nobody', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const server = createServer((socket) => socket.destroy()).listen(join(folder, 'qmp'));
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  // Whether the write or the end comes first is chance.
  for (let attempt = 0; attempt < 100; attempt++)
    await expect(Qmp.open(join(folder, 'qmp'))).rejects.toThrow(/it has ended|has ended\.|does not answer/);
});
