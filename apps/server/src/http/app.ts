// SPDX-License-Identifier: BSD-2-Clause
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import sirv from 'sirv';
import type { OriginPolicy } from '../door/origin.ts';
import { mountRoutes, type Route, type RouteContext } from './routes.ts';

export interface AppOptions extends RouteContext {
  readonly webDir: string;
  readonly trustedProxies: number;
}

const DAY_SECONDS = 24 * 60 * 60;

/** Monaco and xterm.js set styles on elements; Monaco starts its worker from a blob when it is not bundled as a file. */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      workerSrc: ["'self'", 'blob:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      fontSrc: ["'self'", 'data:'],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Whether there is TLS at all is for the proxy in front to say.
  strictTransportSecurity: false,
});

export function createApp(routes: readonly Route[], options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.set('trust proxy', options.trustedProxies);
  app.use(securityHeaders, refuseUnknownHost(options.origins));
  mountRoutes(app, routes, options);
  app.use(endWithMissingFile);
  app.use(existsSync(join(options.webDir, 'index.html')) ? webApplication(options.webDir) : notBuilt);
  return app;
}

function refuseUnknownHost(origins: OriginPolicy) {
  return (request: Request, response: Response, next: NextFunction) => {
    if (origins.isKnownHost(request.headers.host)) return next();
    const words = `This server is not known as ${request.headers.host}. Its operator can say so with RINGLAB_PUBLIC_ORIGINS.\n`;
    response.status(421).type('text').send(words);
  };
}

/** A file that went since the server started, because the application is built anew, ends its request and no more. */
function endWithMissingFile(_request: Request, response: Response, next: NextFunction): void {
  response.once('pipe', (file) => file.on('error', () => response.destroy()));
  next();
}

/** Files whose names carry a hash never change; every other path is a page of the application. */
function webApplication(webDir: string) {
  return sirv(webDir, {
    brotli: true,
    gzip: true,
    etag: true,
    single: true,
    setHeaders: (response, path) => {
      const forever = path.startsWith('/assets/');
      response.setHeader(
        'Cache-Control',
        forever ? `public,max-age=${365 * DAY_SECONDS},immutable` : 'no-cache',
      );
    },
  });
}

function notBuilt(_request: Request, response: Response): void {
  response
    .status(503)
    .type('text')
    .send('The web application is not built yet. Start the server with: npm start\n');
}
