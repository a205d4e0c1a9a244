// SPDX-License-Identifier: BSD-2-Clause
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from '../../../tools/prepare/stop.mjs';
import { run } from '../run.ts';
import type { Stage } from '../stages/stage.ts';
import type { Workshop } from '../workshop.ts';
import type { AptSources } from './apt-sources.ts';
import { localArchive } from './local-archive.ts';
import { unreachable } from './reachable.ts';
import { EPOCH_SECONDS, LEFT_OUT } from './recipe.ts';

export interface DebianRoot {
  readonly name: string;
  readonly title: string;
  readonly packages: readonly string[];
  /** A root to put the packages on top of; without it the stage starts from nothing. */
  readonly onTopOf?: Stage;
  /** Folders copied over the root after its packages are in. */
  readonly overlays: readonly string[];
  /** .deb files that no archive has. */
  readonly debs: readonly string[];
  /** Commands that run last, as mmdebstrap's customize hooks: the root is their `$1`. */
  readonly hooks: readonly string[];
  /** Files that the hooks read. */
  readonly hookPaths: readonly string[];
  /** Packages are only unpacked, not set up: a root that nothing runs in. */
  readonly isOnlyUnpacked?: boolean;
  /** For the packages' scripts. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly weight: number;
  readonly diskBytes: number;
}

/** A stage that has mmdebstrap make a root file system, as a tarball. */
export function debianRoot(root: DebianRoot, sources: AptSources, workshop: Workshop): Stage {
  const { name, title, packages, overlays, debs, hooks, hookPaths, weight, diskBytes } = root;
  return {
    ...{ name, title, weight, diskBytes },
    after: root.onTopOf === undefined ? [] : [root.onTopOf],
    inputs: {
      values: { packages, sources, leftOut: LEFT_OUT, epoch: EPOCH_SECONDS, hooks: [...hooks, ...CLEANING] },
      paths: [...overlays, ...debs, ...hookPaths],
    },
    output: join(workshop.work, `${name}.tar`),
    make: (to, show) => mmdebstrap(root, sources, workshop, to, show),
  };
}

async function mmdebstrap(
  root: DebianRoot,
  sources: AptSources,
  { work }: Workshop,
  to: string,
  show: (detail: string) => void,
): Promise<void> {
  const cache = join(work, 'debs');
  const list = join(work, `${root.name}.sources.list`);
  const archive = join(work, `${root.name}.archive`);
  mkdirSync(cache, { recursive: true });
  const own = await localArchive(root.debs, archive);
  writeFileSync(list, `${[...sources.lines, ...own.lines].join('\n')}\n`);
  const options = optionsOf(root, [...root.packages, ...own.packages], cache);
  const argv = ['mmdebstrap', ...options, sources.release, to, list];
  try {
    await run(argv, { env: { ...ENVIRONMENT, ...root.environment }, onLine: show });
  } catch (error) {
    const silent = await unreachable(sources, work);
    throw silent === undefined ? error : new Stop(silent);
  } finally {
    rmSync(list, { force: true });
    rmSync(archive, { recursive: true, force: true });
  }
}

const ENVIRONMENT = { SOURCE_DATE_EPOCH: String(EPOCH_SECONDS) };

function variantOf({ onTopOf, isOnlyUnpacked }: DebianRoot): string {
  if (isOnlyUnpacked === true) return 'extract';
  return onTopOf === undefined ? 'apt' : 'custom';
}

function optionsOf(root: DebianRoot, packages: readonly string[], cache: string): string[] {
  const { onTopOf, overlays, hooks } = root;
  const setup = [
    ...(onTopOf === undefined ? [] : [`tar -x -f '${onTopOf.output}' -C "$1"`]),
    'mkdir -p "$1"/var/cache/apt/archives',
    `sync-in '${cache}' /var/cache/apt/archives`,
  ];
  const last = [
    `sync-out /var/cache/apt/archives '${cache}'`,
    ...overlays.map(overlayHook),
    ...hooks,
    ...CLEANING,
  ];
  return [
    ...[`--variant=${variantOf(root)}`, '--format=tar', '--skip=essential/unlink'],
    '--aptopt=APT::Install-Recommends "false"',
    ...LEFT_OUT.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    `--include=${packages.join(',')}`,
    ...setup.map((hook) => `--setup-hook=${hook}`),
    ...last.map((hook) => `--${root.isOnlyUnpacked === true ? 'extract' : 'customize'}-hook=${hook}`),
  ];
}

/** Copies a folder over the root as root's, with the modes that any clone of it would have; its `lib` is the root's `usr/lib`. */
function overlayHook(folder: string): string {
  const pack = `tar -C '${folder}' --owner=0 --group=0 --mode=u+rwX,go+rX,go-w -c .`;
  return `${pack} | tar -C "$1" -x --no-overwrite-dir --keep-directory-symlink`;
}

/** What would tell two machines' builds apart, and names what only this machine can reach. */
const CLEANING = [
  'rm -f "$1"/etc/resolv.conf "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/apt/sources.list.d/0000*',
  'rm -f "$1"/var/cache/ldconfig/aux-cache "$1"/var/log/*.log "$1"/var/log/apt/*',
  'rm -f "$1"/var/lib/dpkg/*-old "$1"/var/cache/debconf/*-old "$1"/etc/*-',
  'echo ringlab > "$1"/etc/hostname',
];
