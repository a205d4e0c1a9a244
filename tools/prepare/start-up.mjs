// SPDX-License-Identifier: BSD-2-Clause
import { equipMachine } from './apt.mjs';
import { endWithChildren, runInherited } from './children.mjs';
import { SERVER_NEEDS } from './machine.mjs';
import { requireFreePort } from './port.mjs';
import { NODE, prepareRepository, ROOT, requireNpm } from './repository.mjs';
import { runCommand, Stop } from './stop.mjs';

const HELP = `npm start: prepares this machine and the repository, then starts Ringlab's server.

What is missing (a C compiler, make, bubblewrap, Node packages) is installed first: as root or with passwordless
sudo by itself, otherwise you are told the one command to run. Ctrl+C ends everything.

Environment (all of it: docs/configuration.md):
  RINGLAB_PORT              the port to listen on (8080)
  RINGLAB_HOST              the address to listen on (127.0.0.1)
  RINGLAB_DATA_DIR          where people, files and results are kept (.data)
  RINGLAB_DRIVER            the kind of sandbox (auto)
  RINGLAB_COURSE_CODE       what attendees type to join (made at the first start)
  RINGLAB_INSTRUCTOR_TOKEN  the secret in the instructor's link (made at the first start)`;

/** @param {readonly string[]} args */
export function main(args) {
  return runCommand(async () => {
    if (args.includes('--help') || args.includes('-h')) {
      console.log(HELP);
      return 0;
    }
    if (args.length > 0) throw new Stop(`npm start takes no "${args[0]}"; see npm start -- --help.`, 2);
    endWithChildren();
    await requireFreePort(process.env);
    requireNpm();
    await equipMachine(SERVER_NEEDS, 'npm start');
    await prepareRepository();
    return await runInherited([NODE, 'apps/server/src/main.ts'], { cwd: ROOT });
  });
}
