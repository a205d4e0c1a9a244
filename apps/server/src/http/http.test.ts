// SPDX-License-Identifier: BSD-2-Clause
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { protocolError, type Role } from '@ringlab/protocol';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { OriginPolicy } from '../door/origin.ts';
import { Course } from '../sessions/course.ts';
import { Watchers } from '../sessions/watchers.ts';
import { Workspaces } from '../sessions/workspaces.ts';
import { Store } from '../store/store.ts';
import { shellLab } from '../testing/labs.ts';
import { cookieOf, TestServer } from '../testing/test-server.ts';
import { Accounts } from './account.ts';
import { courseRoutes } from './course-routes.ts';
import { mountRoutes, openRoute, type Route, signedInRoute } from './routes.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start([shellLab]);
});
afterAll(() => server[Symbol.asyncDispose]());

async function errorOf(response: Response) {
  return z.object({ error: protocolError }).parse(await response.json()).error;
}

const meOf = async (cookie: string) =>
  (await (await server.get('/api/me', cookie)).json()) as {
    person: { name: string; personId: string; role: Role };
  };

describe('joining', () => {
  test('with the code and a name signs in with a cookie that scripts and other sites never see', async () => {
    const response = await server.post('/api/join', {
      code: ` ${server.courseCode.toUpperCase()} `,
      name: 'Ana',
    });
    expect(response.status).toBe(200);
    const [session] = response.headers.getSetCookie();
    expect(session).toMatch(/HttpOnly/);
    expect(session).toMatch(/SameSite=Strict/);
    expect((await meOf(cookieOf(response))).person).toMatchObject({ name: 'Ana', role: 'attendee' });
  });

  test('a wrong code is told, and wrong codes by the hundred do not keep others out', async () => {
    const wrong = await Promise.all(
      Array.from({ length: 100 }, () => server.post('/api/join', { code: 'wrong-code', name: 'Eve' })),
    );
    expect(await errorOf(wrong[0] as Response)).toMatchObject({ code: 'wrong-course-code' });
    expect(await errorOf(wrong[99] as Response)).toMatchObject({ code: 'too-many' });
    expect(await server.join('Right after')).toContain('ringlab_session=');
  });

  test('a name that is taken gets a number, and the first one keeps work and name', async () => {
    const first = await meOf(await server.join('Bo'));
    const second = await meOf(await server.join(' bo '));
    expect(second.person.name).toBe('bo (2)');
    expect(second.person.personId).not.toBe(first.person.personId);
  });

  test('the same browser with the same name is the same person, also after leaving', async () => {
    const cookie = await server.join('Cleo');
    const { person } = await meOf(cookie);
    expect((await meOf(await server.join('Cleo', cookie))).person).toEqual(person);
    const left = await server.post('/api/leave', {}, { cookie });
    expect((await server.get('/api/me', cookieOf(left))).status).toBe(401);
    expect((await meOf(await server.join('cleo', cookieOf(left)))).person).toEqual(person);
  });

  test.each([
    ['', /Type your name/],
    ['x'.repeat(41), /at most 40/],
    ['a\u0007b', /control/],
  ])('a name like %j is refused in words', async (name, words) => {
    const response = await server.post('/api/join', { code: server.courseCode, name });
    expect(await errorOf(response)).toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(words),
    });
  });
});

describe('the instructor', () => {
  test("needs the link's token", async () => {
    expect(await errorOf(await server.post('/api/instructor', { token: 'guess' }))).toMatchObject({
      code: 'wrong-token',
    });
    expect((await meOf(await server.instructor())).person.role).toBe('instructor');
  });

  test("reads an attendee's files; attendees read their own alone", async () => {
    const ana = await server.join('Files of Ana');
    const { person } = await meOf(ana);
    const path = `/api/labs/${shellLab.slug}?person=${person.personId}`;
    expect((await server.get(path, ana)).status).toBe(200);
    expect((await server.get(path, await server.instructor())).status).toBe(200);
    expect(await errorOf(await server.get(path, await server.join('Nosy')))).toMatchObject({
      code: 'not-allowed',
    });
  });
});

describe('a link back', () => {
  const linkFor = async (personId: string, cookie: string) =>
    server.post(`/api/people/${personId}/return-link`, {}, { cookie });

  test('makes another browser the attendee again, once', async () => {
    const before = (await meOf(await server.join('Lost'))).person;
    const given = await linkFor(before.personId, await server.instructor());
    const { token } = (await given.json()) as { token: string };
    const back = await server.post('/api/return', { token });
    expect((await meOf(cookieOf(back))).person).toEqual(before);
    expect(await errorOf(await server.post('/api/return', { token }))).toMatchObject({ code: 'wrong-token' });
  });

  test('ends when a new one is given', async () => {
    const { person } = await meOf(await server.join('Twice'));
    const instructor = await server.instructor();
    const [first, second] = [
      ((await (await linkFor(person.personId, instructor)).json()) as { token: string }).token,
      ((await (await linkFor(person.personId, instructor)).json()) as { token: string }).token,
    ];
    expect((await server.post('/api/return', { token: first })).status).toBe(403);
    expect((await server.post('/api/return', { token: second })).status).toBe(200);
  });

  test("is an instructor's to give, and for attendees alone", async () => {
    const ana = await server.join('Ana of links');
    const { person } = await meOf(ana);
    expect((await linkFor(person.personId, ana)).status).toBe(403);
    const instructor = await server.instructor();
    const { person: teacher } = await meOf(instructor);
    expect(await errorOf(await linkFor(teacher.personId, instructor))).toMatchObject({
      code: 'no-such-person',
    });
    expect(await errorOf(await linkFor('nobody', instructor))).toMatchObject({ code: 'no-such-person' });
  });
});

describe('what comes from elsewhere', () => {
  test.each([
    [{ Origin: 'http://evil.example' }],
    [{ Origin: 'null' }],
    [{ 'Sec-Fetch-Site': 'cross-site' }],
    [{ Origin: 'http://127.0.0.1:1' }],
  ])('changes nothing: %j', async (headers) => {
    const response = await rawPost(server.origin, headers);
    expect(response.status).toBe(403);
  });

  test('a program without an origin may join', async () => {
    expect((await rawPost(server.origin, {})).status).toBe(400);
  });

  test('a name of another site for this address is refused', async () => {
    expect((await rawPost(server.origin, { Host: 'rebound.example' })).status).toBe(421);
  });
});

describe('requests that are none', () => {
  test('a body too large, no JSON, no such route', async () => {
    const large = await server.post('/api/join', { code: 'x'.repeat(20_000), name: 'x' });
    expect(large.status).toBe(413);
    const headers = { 'Content-Type': 'application/json', Origin: server.origin };
    const broken = await fetch(`${server.origin}/api/join`, { method: 'POST', headers, body: '{' });
    expect(await errorOf(broken)).toMatchObject({ code: 'bad-request' });
    expect((await server.get('/api/nothing')).status).toBe(404);
    expect(await errorOf(await server.get('/api/labs/%E0'))).toMatchObject({ code: 'bad-request' });
    expect((await server.get('/api/labs/99-none', await server.join('Lost'))).status).toBe(404);
  });

  test('a session that nobody gave out is no session', async () => {
    expect((await server.get('/api/me', 'ringlab_session=made-up')).status).toBe(401);
  });
});

test('every page says what it may load', async () => {
  const policy = (await server.get('/')).headers.get('content-security-policy');
  expect(policy).toMatch(/script-src 'self';/);
  expect(policy).not.toMatch(/unsafe-eval/);
});

/** Which status each role gets on each route of the real server. */
describe('roles', () => {
  const routes: readonly (readonly [string, string, 'anyone' | Role])[] = [
    ['GET', '/api/health', 'anyone'],
    ['POST', '/api/join', 'anyone'],
    ['POST', '/api/instructor', 'anyone'],
    ['POST', '/api/return', 'anyone'],
    ['POST', '/api/people/:personId/return-link', 'instructor'],
    ['POST', '/api/leave', 'anyone'],
    ['GET', '/api/me', 'attendee'],
    ['GET', '/api/labs', 'attendee'],
    ['GET', `/api/labs/${shellLab.slug}`, 'attendee'],
    ['GET', '/api/decks', 'attendee'],
    ['GET', '/api/decks/:slug', 'attendee'],
  ];

  test('this list is of all routes', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ringlab-test-'));
    await using store = new Store({ dataDir, signInDays: 1, versionsPerFile: 100 });
    const course = new Course([shellLab], store, () => ({ usable: false, message: '' }));
    const workspaces = new Workspaces(store, course, new Watchers());
    const accounts = new Accounts(store, { courseCode: 'code', instructorToken: 'token' });
    const declared = [...accounts.routes, ...courseRoutes(store, course, workspaces, [])];
    const listed = routes.map(([method, path, role]) =>
      [method, path.replace(shellLab.slug, ':slug'), role].join(' '),
    );
    expect(
      declared.map(({ method, path, role }) => `${method.toUpperCase()} ${path} ${role}`).sort(),
    ).toEqual(listed.sort());
    rmSync(dataDir, { recursive: true });
  });

  test.each(routes)('%s %s is for %s', async (method, path, role) => {
    const call = (cookie: string) =>
      fetch(server.origin + path, { method, headers: { cookie, Origin: server.origin } });
    expect((await call('')).status === 401).toBe(role !== 'anyone');
    expect((await call(await server.join('Somebody'))).status === 403).toBe(role === 'instructor');
    expect([401, 403]).not.toContain((await call(await server.instructor())).status);
  });

  test('a route for instructors refuses attendees, whatever its handler does', async () => {
    const person = (role: Role) => ({ personId: 'p', name: 'P', role });
    const declared: Route[] = [
      signedInRoute('get', '/api/secret', 'instructor', () => ({ secret: true })),
      openRoute('get', '/api/open', z.object({}), () => ({})),
    ];
    const app = express();
    const origins = new OriginPolicy([], '127.0.0.1');
    mountRoutes(app, declared, { origins, signInDays: 1, personOf: (token) => person(token as Role) });
    const listening = app.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const origin = `http://127.0.0.1:${(listening.address() as { port: number }).port}`;
    const status = async (token: string) =>
      (await fetch(`${origin}/api/secret`, { headers: { cookie: `ringlab_session=${token}` } })).status;
    expect([await status('attendee'), await status('instructor')]).toEqual([403, 200]);
    expect((await fetch(`${origin}/api/secret`)).status).toBe(401);
    listening.close();
  });
});

test('a file of the web application that went while the server runs ends one request, and no more', async () => {
  const webDir = mkdtempSync(join(tmpdir(), 'ringlab-web-'));
  for (const name of ['index.html', 'gone.js']) writeFileSync(join(webDir, name), name);
  await using own = await TestServer.start([shellLab], { webDir });
  rmSync(join(webDir, 'gone.js'));
  await expect(own.get('/gone.js')).rejects.toThrow();
  expect(await (await own.get('/')).text()).toBe('index.html');
  rmSync(webDir, { recursive: true });
});

/** fetch() sets Origin and Host itself. */
function rawPost(origin: string, headers: Record<string, string>): Promise<{ status: number | undefined }> {
  return new Promise((resolve, reject) => {
    const call = request(`${origin}/api/join`, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode });
    });
    call.on('error', reject).end();
  });
}
