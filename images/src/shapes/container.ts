// SPDX-License-Identifier: BSD-2-Clause
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { debianRoot } from '../recipe/debian-root.ts';
import { GIB } from '../recipe/recipe.ts';
import { extraFor } from '../recipe/sources.ts';
import { joinTars } from '../recipe/tar.ts';
import type { Stage } from '../stages/stage.ts';
import { finish } from './finish.ts';
import { type Foundation, hookCall } from './root.ts';

/** The root as a tarball that a Docker daemon imports. */
export function containerImage(base: Foundation): Stage {
  const { tools, sources, workshop } = base;
  const root = withExtra(base);
  return {
    name: 'container',
    title: 'Packing the container image',
    after: [root, tools],
    inputs: {},
    output: join(workshop.images, 'container'),
    weight: 15,
    diskBytes: GIB,
    make: async (to, show) => {
      await mkdir(to, { recursive: true });
      show('root.tar');
      await joinTars(root.output, [tools.output], join(to, 'root.tar'));
      show('manifest.json');
      await finish('container', to, ['root.tar'], root.output, sources.release);
    },
  };
}

/** The root itself, unless somebody adds to this shape. */
function withExtra({ root, sources, workshop }: Foundation): Stage {
  const { debs, overlays, hook } = extraFor('container', workshop);
  if (debs.length + overlays.length === 0 && hook === undefined) return root;
  return debianRoot(
    {
      ...{ name: 'container-root', title: 'Adding your own to the container', packages: [], onTopOf: root },
      ...{ debs, overlays, hooks: hookCall(hook), hookPaths: hook === undefined ? [] : [hook] },
      ...{ weight: 30, diskBytes: 3 * GIB },
    },
    sources,
    workshop,
  );
}
