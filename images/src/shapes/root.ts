// SPDX-License-Identifier: BSD-2-Clause
import type { AptSources } from '../recipe/apt-sources.ts';
import { debianRoot } from '../recipe/debian-root.ts';
import { toolsForRoot, unpackedRoot } from '../recipe/inside.ts';
import { GIB, ROOT_PACKAGES, USER } from '../recipe/recipe.ts';
import { extraFor, ROOT_OVERLAY } from '../recipe/sources.ts';
import type { Stage } from '../stages/stage.ts';
import type { Workshop } from '../workshop.ts';

/** What every shape begins with. */
export interface Foundation {
  readonly root: Stage;
  readonly unpacked: Stage;
  readonly tools: Stage;
  readonly sources: AptSources;
  readonly workshop: Workshop;
}

export function foundation(sources: AptSources, workshop: Workshop): Foundation {
  const extra = extraFor('all', workshop);
  const root = debianRoot(
    {
      ...{ name: 'root', title: "Installing Debian's packages", packages: ROOT_PACKAGES, weight: 150 },
      ...{ overlays: [ROOT_OVERLAY, ...extra.overlays], debs: extra.debs, diskBytes: 3 * GIB },
      hooks: [...USER_HOOKS, PLAIN_CLANGD, ...hookCall(extra.hook)],
      hookPaths: extra.hook === undefined ? [] : [extra.hook],
    },
    sources,
    workshop,
  );
  const unpacked = unpackedRoot(root, workshop);
  return { root, unpacked, tools: toolsForRoot(unpacked, workshop), sources, workshop };
}

export function hookCall(hook: string | undefined): string[] {
  return hook === undefined ? [] : [`sh '${hook}' "$1"`];
}

/** Debian's package has only the name with the version, and who looks for it does not know that. */
const PLAIN_CLANGD = 'ln -s "$(cd "$1"/usr/bin; ls clangd-*)" "$1"/usr/bin/clangd';

const USER_HOOKS = [
  `chroot "$1" groupadd --gid ${USER.id} ${USER.name}`,
  `chroot "$1" useradd --uid ${USER.id} --gid ${USER.id} --comment Attendee --home-dir ${USER.home} --no-create-home --shell /bin/bash ${USER.name}`,
  `mkdir -p "$1"${USER.home} "$1"/opt "$1"/run/unetmap "$1"/run/ringlab`,
  `chown ${USER.id}:${USER.id} "$1"${USER.home} "$1"/run/unetmap`,
];
