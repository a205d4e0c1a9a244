// SPDX-License-Identifier: BSD-2-Clause
import { LabFaults, loadLabs } from '@ringlab/labkit';
import { watchLabs } from './authoring/watch-labs.ts';
import { type Config, ConfigFaults, readConfig } from './config.ts';
import { allDrivers, chosenDrivers, firstUsable } from './sandbox/drivers.ts';
import { type RunningServer, startServer } from './server.ts';
import { StoreError } from './store/database.ts';

/** The longest that a stop by signal may take before the process ends all the same. */
const STOP_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  // Checks of labs run in this process, and what one of them forgot must not end everybody's programs.
  process.on('unhandledRejection', (fault) => console.error('Nobody waited for this to fail:', fault));
  await using owned = new AsyncDisposableStack();
  const drivers = allDrivers(config).map((driver) => owned.use(driver));
  const [labs, choice] = await Promise.all([
    loadLabs([config.labsDir, ...config.moreLabs]),
    firstUsable(chosenDrivers(drivers, config)),
  ]);
  const leftovers = 'driver' in choice ? await Array.fromAsync(choice.driver.adopt()) : [];
  const server = owned.use(await startServer(config, labs, choice, drivers, leftovers));
  if (config.watchLabs)
    owned.use(
      watchLabs(
        labs.map(({ dir }) => dir),
        server.labReader,
      ),
    );
  announce(config, server, 'why' in choice ? choice.why : choice.status.message);
  const signal = await stopSignal();
  console.log(`\n${signal}: stopping.`);
  setTimeout(() => process.exit(1), STOP_MS).unref();
}

function announce(
  { host }: Config,
  { port, courseCode, instructorToken }: RunningServer,
  sandboxes: string,
): void {
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const origin = `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
  console.log('Ringlab is ready.');
  console.log(`  Attendees:  ${origin}/join?code=${encodeURIComponent(courseCode)}`);
  console.log(`  Instructor: ${origin}/instructor#${encodeURIComponent(instructorToken)}`);
  console.log(`  Sandboxes:  ${sandboxes}`);
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
}

/** A sentence for what the operator can mend; everything else is a fault of the server and shows where. */
function explain(fault: unknown): string {
  // What went wrong first is the cause; what failed while it was cleaned up after is not.
  if (fault instanceof SuppressedError) return explain(fault.suppressed);
  if (fault instanceof ConfigFaults || fault instanceof LabFaults || fault instanceof StoreError)
    return fault.message;
  const { code, address, port, path } = Object(fault) as Record<string, unknown>;
  if (code === 'EADDRINUSE') {
    return `Port ${port} of ${address} is in use. Stop what listens there, or set RINGLAB_PORT to another port.`;
  }
  if (code === 'EADDRNOTAVAIL')
    return `This machine has no address ${address}. Set RINGLAB_HOST to one that it has.`;
  if (code === 'EACCES' && port)
    return `Port ${port} needs more rights than this user has. Set RINGLAB_PORT to one above 1023.`;
  if ((code === 'EACCES' || code === 'EROFS') && path)
    return `${path} cannot be written. Set RINGLAB_DATA_DIR to a folder that can.`;
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}

await main().then(
  () => process.exit(0),
  (fault) => {
    console.error(explain(fault));
    process.exit(1);
  },
);
