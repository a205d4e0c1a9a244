// SPDX-License-Identifier: BSD-2-Clause
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveImage, protocolError } from '@ringlab/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { TestServer } from '../testing/test-server.ts';

const CONTENT = Buffer.from('bootable, as far as a download goes\n'.repeat(1000));
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

let imagesDir = '';
let server: TestServer;
let attendee = '';
let instructor = '';

beforeAll(async () => {
  imagesDir = mkdtempSync(join(tmpdir(), 'ringlab-live-'));
  server = await TestServer.start([], { imagesDir });
  attendee = await server.join('Ana');
  instructor = await server.instructor();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(imagesDir, { recursive: true });
});
beforeEach(() => rmSync(join(imagesDir, 'live'), { recursive: true, force: true }));

function build(): void {
  const folder = join(imagesDir, 'live');
  const files = [{ name: 'ringlab.iso', bytes: CONTENT.length, sha256: sha256(CONTENT) }];
  mkdirSync(folder);
  writeFileSync(join(folder, 'ringlab.iso'), CONTENT);
  const about = { shape: 'live', release: 'bookworm', architecture: 'amd64', packages: [], budgetBytes: 1e6 };
  const digest = sha256(`ringlab.iso ${sha256(CONTENT)}\n`);
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ ...about, files, bytes: CONTENT.length, digest }),
  );
}

const refusalOf = async (response: Response) => ({
  status: response.status,
  ...z.object({ error: protocolError }).parse(await response.json()).error,
});

test('an image that was built is told with its digest, and downloads as it is', async () => {
  build();
  const about = liveImage.parse(await (await server.get('/api/live-image', attendee)).json());
  expect(about).toMatchObject({ bytes: CONTENT.length, sha256: sha256(CONTENT) });
  const download = await server.get(about.path, attendee);
  expect(download.headers.get('content-disposition')).toBe('attachment; filename=ringlab.iso');
  expect(sha256(Buffer.from(await download.arrayBuffer()))).toBe(about.sha256);
});

test('a download that was cut off goes on where it was', async () => {
  build();
  const rest = await fetch(`${server.origin}/api/live-image/ringlab.iso`, {
    headers: { cookie: attendee, range: 'bytes=35990-' },
  });
  expect(rest.status).toBe(206);
  expect(Buffer.from(await rest.arrayBuffer())).toEqual(CONTENT.subarray(35990));
});

test('one that was not built is a 404 in words: to an instructor with the command, to an attendee without', async () => {
  const toInstructor = await refusalOf(await server.get('/api/live-image', instructor));
  expect(toInstructor).toMatchObject({ status: 404, code: 'no-such-file' });
  expect(toInstructor.message).toContain('pnpm images build live');
  const toAttendee = await refusalOf(await server.get('/api/live-image/ringlab.iso', attendee));
  expect(toAttendee).toMatchObject({ status: 404, message: expect.stringContaining('Ask your instructor') });
});

test('a damaged one is never handed out, and works again after a new build', async () => {
  build();
  writeFileSync(join(imagesDir, 'live/ringlab.iso'), Buffer.alloc(CONTENT.length));
  const refusal = await refusalOf(await server.get('/api/live-image/ringlab.iso', instructor));
  expect(refusal).toMatchObject({ status: 404, message: expect.stringContaining('SHA-256 differs') });
  rmSync(join(imagesDir, 'live'), { recursive: true });
  build();
  expect((await server.get('/api/live-image', attendee)).status).toBe(200);
});

test('nobody gets it who did not join', async () => {
  build();
  expect((await server.get('/api/live-image/ringlab.iso')).status).toBe(401);
});
