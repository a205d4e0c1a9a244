// SPDX-License-Identifier: BSD-2-Clause
// Builds build/netmap.node from src/native with the headers that lie beside the Node which runs this, and no network.
// Without a compiler or headers it says so and fails only if asked to be strict: everything but `NetmapPort.open`
// works without it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(FOLDER, 'src/native');
const TARGET = join(FOLDER, 'build/netmap.node');

const HEADER_FOLDERS = [
  process.env.npm_config_nodedir && join(process.env.npm_config_nodedir, 'include/node'),
  join(dirname(process.execPath), '../include/node'),
  '/usr/include/node',
];

function isUpToDate() {
  const builtAtMs = statSync(TARGET, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return readdirSync(SOURCES).every((name) => statSync(join(SOURCES, name)).mtimeMs < builtAtMs);
}

/** @returns {string | undefined} what is wrong */
function build() {
  const headers = HEADER_FOLDERS.find((folder) => folder && existsSync(join(folder, 'node_api.h')));
  if (headers === undefined) return `Node's headers (node_api.h) are not beside ${process.execPath}`;
  mkdirSync(dirname(TARGET), { recursive: true });
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.c'));
  // Put in place in one step: a process that has the old file loaded keeps it.
  const fresh = `${TARGET}.${process.pid}`;
  const flags = ['-std=gnu11', '-O2', '-g', '-Wall', '-Wextra', '-Wno-unused-parameter', '-fPIC', '-shared'];
  const defines = ['-fvisibility=hidden', '-DNAPI_VERSION=8', `-I${headers}`];
  const files = ['-o', fresh, ...sources.map((name) => join(SOURCES, name)), '-ldl', '-lpthread'];
  const compiler = process.env.CC ?? 'cc';
  const { status, error } = spawnSync(compiler, [...flags, ...defines, ...files], { stdio: 'inherit' });
  if (error) return `the C compiler cannot be started (${error.message})`;
  if (status !== 0) return `${compiler} failed`;
  renameSync(fresh, TARGET);
  return undefined;
}

const fault = isUpToDate() ? undefined : build();
if (fault !== undefined) {
  console.error(
    `netmap-bindings: the native part was not built: ${fault}. Ports cannot be opened without it.`,
  );
  process.exitCode = process.argv.includes('--strict') ? 1 : 0;
}
