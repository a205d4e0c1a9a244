// SPDX-License-Identifier: BSD-2-Clause
import { createServer } from 'node:net';
import { Stop } from './stop.mjs';

/**
 * Stops when the server could not listen, before anything long is begun.
 * @param {NodeJS.ProcessEnv} environment
 */
export async function requireFreePort({ RINGLAB_PORT = '8080', RINGLAB_HOST = '127.0.0.1' }) {
  const port = Number(RINGLAB_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Stop(`RINGLAB_PORT is "${RINGLAB_PORT}"; a port is a number from 0 to 65535.`);
  const code = await tryListening(port, RINGLAB_HOST);
  if (code === 'EADDRINUSE')
    throw new Stop(
      `Port ${port} of ${RINGLAB_HOST} is in use. Stop what listens there, or choose another: RINGLAB_PORT=8081 npm start`,
    );
  if (code !== undefined)
    throw new Stop(
      `Cannot listen on ${RINGLAB_HOST} port ${port}: ${code}. Set RINGLAB_HOST and RINGLAB_PORT to an address and a port of this machine.`,
    );
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<string | undefined>} the error's code
 */
function tryListening(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
