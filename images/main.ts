// SPDX-License-Identifier: BSD-2-Clause
// `pnpm images build [container|vm|live]`: see docs/images.md.
import { equipMachine } from '../tools/prepare/apt.mjs';
import { endWithChildren } from '../tools/prepare/children.mjs';
import { IMAGE_NEEDS, LIVE_NEEDS, VERIFY_NEEDS } from '../tools/prepare/machine.mjs';
import { prepareRepository, requireNpm } from '../tools/prepare/repository.mjs';
import { runCommand, Stop } from '../tools/prepare/stop.mjs';
import { jsonLines } from './src/commands/bar.ts';
import { build } from './src/commands/build.ts';
import { buildTwice } from './src/commands/twice.ts';
import { SUBJECTS, verify } from './src/commands/verify.ts';
import { SHAPES, type Shape } from './src/image/manifest.ts';
import { workshopOf } from './src/workshop.ts';

const HELP = `pnpm images build [container|vm|live ...] [--fresh] [--twice] [--json]
pnpm images verify [container|vm|live|extra ...]

Makes the images; without names, all. What was made before from the same inputs is kept, and an interrupted build
goes on where it was. --fresh makes everything anew, with the packages that Debian has today. --twice makes everything
once more in another folder, and compares. --json prints progress as lines of JSON.

verify reads each image whole, boots or runs it, and has a lab's solution work inside; exit 1 if one does not. extra,
only when it is named, builds a VM image with packages, files and a hook of its own, and looks for them in the guest.

  RINGLAB_IMAGES_DIR           where images are made and looked for (images/build)
  RINGLAB_IMAGES_EXTRA_DIR     packages, files and hooks of your own (images/extra)
  RINGLAB_IMAGES_APT_SOURCES   a sources.list of Debian, where apt on this machine has none`;

await runCommand(async () => {
  const [command, ...args] = process.argv.slice(2);
  if (command === undefined || args.includes('--help') || command === '--help') {
    console.log(HELP);
    return command === undefined ? 2 : 0;
  }
  if (command !== 'build' && command !== 'verify')
    throw new Stop(`There is no pnpm images ${command}.\n\n${HELP}`, 2);
  endWithChildren();
  if (command === 'verify') {
    const subjects = chosen(args, SUBJECTS, SHAPES);
    const builds = subjects.includes('extra');
    await equipMachine(builds ? [...IMAGE_NEEDS, ...VERIFY_NEEDS] : VERIFY_NEEDS, 'pnpm images verify');
    return (await verify(subjects, workshopOf(process.env))) ? 0 : 1;
  }
  const shapes = chosen(args, SHAPES, SHAPES);
  await prepareFor(shapes);
  const flags = args.filter((arg) => arg.startsWith('--'));
  const tell = flags.includes('--json') ? { tell: jsonLines((line) => process.stdout.write(line)) } : {};
  const make = flags.includes('--twice') ? buildTwice : build;
  await make(shapes, workshopOf(process.env), { fresh: flags.includes('--fresh'), ...tell });
  return 0;
});

/** Of `all` what is named, and without names what is `usual`. */
function chosen<T extends string>(
  args: readonly string[],
  all: readonly T[],
  usual: readonly T[],
): readonly T[] {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = names.find((name) => !all.some((each) => each === name));
  if (unknown !== undefined) throw new Stop(`There is no image ${unknown}; there are ${all.join(', ')}.`, 2);
  return names.length === 0 ? usual : all.filter((each) => names.includes(each));
}

/** The live image carries the product, which must have been built. */
async function prepareFor(shapes: readonly Shape[]): Promise<void> {
  const live = shapes.includes('live');
  await equipMachine(live ? [...IMAGE_NEEDS, ...LIVE_NEEDS] : IMAGE_NEEDS, 'pnpm images build');
  if (!live) return;
  requireNpm();
  await prepareRepository();
}
