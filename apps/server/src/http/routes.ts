// SPDX-License-Identifier: BSD-2-Clause
import { basename } from 'node:path';
import type { ErrorCode, Person, ProtocolError, Role } from '@ringlab/protocol';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { z } from 'zod';
import { type BrowserTokens, readTokens, tokenCookies } from '../door/cookies.ts';
import type { OriginPolicy } from '../door/origin.ts';
import { protocolErrorOf, Refusal } from '../refusal.ts';

/** Who may call a route: anybody, or who is signed in with at least this role. */
type RouteRole = 'anyone' | Role;

export interface RouteCall<Body> {
  readonly body: Body;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The caller's address, behind as many proxies as are trusted. */
  readonly address: string;
  readonly tokens: BrowserTokens;
  readonly person: Person | undefined;
  setTokens(session: string | undefined): void;
}

/** A route as it is declared: without a role it does not compile, and outside of `mountRoutes` nothing is routed. */
export interface Route {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly role: RouteRole;
  handle(call: RouteCall<unknown>): Promise<unknown> | unknown;
}

export interface SignedInCall<Body> extends RouteCall<Body> {
  readonly person: Person;
}

/** A route's answer that is a file of this machine instead of JSON; a browser saves it under its own name. */
export class FileAnswer {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

/** A route for anybody, whose body is parsed at the door. */
export function openRoute<Schema extends z.ZodType>(
  method: Route['method'],
  path: string,
  body: Schema,
  handle: (call: RouteCall<z.infer<Schema>>) => Promise<unknown> | unknown,
): Route {
  return {
    method,
    path,
    role: 'anyone',
    handle: (call) => handle({ ...call, body: parseBody(body, call.body) }),
  };
}

/** A route for who is signed in, as an attendee or, with role `instructor`, as an instructor alone. */
export function signedInRoute(
  method: Route['method'],
  path: string,
  role: Role,
  handle: (call: SignedInCall<unknown>) => Promise<unknown> | unknown,
): Route {
  return {
    method,
    path,
    role,
    handle: (call) => handle({ ...call, person: requireRole(call.person, role) }),
  };
}

export function requireRole(person: Person | undefined, role: Role): Person {
  if (!person)
    throw new Refusal('not-signed-in', 'You are not signed in, or your sign-in ran out. Join the course.');
  if (role === 'instructor' && person.role !== 'instructor') {
    throw new Refusal('not-allowed', 'Only an instructor may do this.');
  }
  return person;
}

function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  throw new Refusal('bad-request', parsed.error.issues.map(({ message }) => message).join(' '));
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  'not-signed-in': 401,
  'not-allowed': 403,
  'wrong-course-code': 403,
  'wrong-token': 403,
  'no-such-lab': 404,
  'no-such-file': 404,
  'no-such-person': 404,
  'no-such-deck': 404,
  'file-too-large': 413,
  'too-many': 429,
  'disk-full': 507,
  internal: 500,
};

export interface RouteContext {
  readonly origins: OriginPolicy;
  readonly signInDays: number;
  personOf(token: string): Person | undefined;
}

const MAX_BODY_BYTES = 16 * 1024;

/** The only way a route comes into being. Bodies are read after the origin was checked. */
export function mountRoutes(app: Express, routes: readonly Route[], context: RouteContext): void {
  const readBody = express.json({ limit: MAX_BODY_BYTES });
  for (const route of routes) {
    const handlers = route.method === 'post' ? [refuseForeign(context), readBody] : [];
    app[route.method](route.path, ...handlers, answer(route, context));
  }
  app.use('/api', (_request, response) =>
    sendError(response, 404, { code: 'bad-request', message: 'There is no such route.' }),
  );
  app.use('/api', (fault: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const error = requestErrorOf(fault) ?? protocolErrorOf(fault);
    sendError(response, STATUS[error.code] ?? 400, error);
  });
}

function refuseForeign({ origins }: RouteContext) {
  return (request: Request, _response: Response, next: NextFunction) => {
    if (origins.isSameOrigin(request.headers)) return next();
    throw new Refusal('not-allowed', 'This request came from another site, so it was refused.');
  };
}

function answer(route: Route, context: RouteContext) {
  return async (request: Request, response: Response) => {
    const tokens = readTokens(request.headers.cookie);
    const person = tokens.session === undefined ? undefined : context.personOf(tokens.session);
    if (route.role !== 'anyone') requireRole(person, route.role);
    const result = await route.handle(callOf(request, response, context, tokens, person));
    response.set('Cache-Control', 'no-store');
    if (result instanceof FileAnswer) return sendFile(response, result);
    response.json(result);
  };
}

/** With ranges, so that a download that was cut off goes on where it was. */
function sendFile(response: Response, { path }: FileAnswer): Promise<void> {
  return new Promise((resolve, reject) =>
    response.download(path, basename(path), { cacheControl: false, dotfiles: 'allow' }, (fault) => {
      // Who goes away in the middle hears no reason.
      if (fault && !response.headersSent) reject(fault);
      else resolve();
    }),
  );
}

function callOf(
  request: Request,
  response: Response,
  context: RouteContext,
  tokens: BrowserTokens,
  person: Person | undefined,
): RouteCall<unknown> {
  const setTokens = (session: string | undefined) => {
    response.append('Set-Cookie', tokenCookies(session, tokens, context.signInDays, request.secure));
  };
  const query = new URL(request.originalUrl, 'http://here').searchParams;
  const params = Object.fromEntries(
    Object.entries(request.params).map(([name, value]) => [name, String(value)]),
  );
  return { body: request.body, params, query, address: request.ip ?? '', tokens, person, setTokens };
}

/** What Express has to say about an address that is none, and the body parser about a body that is too large or no JSON. */
function requestErrorOf(fault: unknown): ProtocolError | undefined {
  if (fault instanceof URIError) return { code: 'bad-request', message: 'There is no such route.' };
  if (!(fault instanceof Error && 'type' in fault && 'status' in fault)) return undefined;
  if (fault.type === 'entity.too.large') {
    return { code: 'file-too-large', message: `The request is larger than ${MAX_BODY_BYTES / 1024} KiB.` };
  }
  return { code: 'bad-request', message: 'The body of the request is not JSON.' };
}

function sendError(response: Response, status: number, error: ProtocolError): void {
  response.status(status).set('Cache-Control', 'no-store').json({ error });
}
