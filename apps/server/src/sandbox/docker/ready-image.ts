// SPDX-License-Identifier: BSD-2-Clause
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { SandboxError } from '@ringlab/labkit';
import { AGENT_SOURCES, COMPILE_FLAGS } from '../agent/compile.ts';
import { ETC } from '../agent/etc.ts';
import { AGENT, TOOLS } from '../agent/inside.ts';
import { type Daemon, isMissing, LABEL } from './daemon.ts';
import { filesBelow, type TarFile, tarball } from './tarball.ts';
import { accounts } from './users.ts';

const REPOSITORY = 'ringlab-sandbox';
const MAKING = '/ringlab-making';
/** Debian gives its file a capability, and Linux starts no such program where nobody can be given any. Its caller's is enough. */
const PING = '/usr/bin/ping';
const STALE_AFTER_MS = 7 * 24 * 3_600_000;

/**
 * Runs once in a container of the image, so that everything fits its C library. The server's own unetmap is taken where
 * it runs there, because the labs are proved with it; the image's is a fallback.
 */
const SCRIPT = `set -e
cd ${MAKING}/agent
mkdir -p ${AGENT} /run/ringlab /run/unetmap /workspace
cc ${COMPILE_FLAGS.join(' ')} -o ${AGENT}/ringlab-agent $(ls *.c | grep -v '^crash_note.c$')
cc ${COMPILE_FLAGS.join(' ')} -shared -fPIC -o ${AGENT}/crash-note.so crash_note.c
new=${MAKING}/unetmap
mkdir /tmp/region
if LD_PRELOAD=$new/lib/libunetmap.so UNETMAP_DIR=/tmp/region $new/bin/nmstat --json >/dev/null 2>&1; then
  rm -rf ${TOOLS}
  mkdir -p ${TOOLS}
  mv $new/* ${TOOLS}
fi
test -e ${TOOLS}/lib/libunetmap.so || { echo 'there is no unetmap that runs in it' >&2; exit 1; }
if [ -e ${PING} ]; then
  cp ${PING} ${PING}.plain
  mv ${PING}.plain ${PING}
fi
rm -rf ${MAKING} /tmp/region
`;

/** The image that containers are started from: the container image with the agent. Made once, kept by the daemon. */
export async function readyImage(daemon: Daemon, base: string, unetmapDir: string): Promise<string> {
  const files = await ingredients(unetmapDir);
  const tag = `${REPOSITORY}:${fingerprint(base, files)}`;
  if (!(await exists(daemon, tag))) await make(daemon, base, tag, files);
  await removeStale(daemon, tag);
  return tag;
}

async function ingredients(unetmapDir: string): Promise<TarFile[]> {
  const { passwd, group } = accounts();
  const etc = Object.entries({ ...ETC, passwd, group }).map(([name, content]) => ({
    path: `etc/${name}`,
    content,
    mode: 0o644,
  }));
  const at = MAKING.slice(1);
  const unetmap = ['bin', 'lib', 'include'].map((name) =>
    filesBelow(join(unetmapDir, name), `${at}/unetmap/${name}`),
  );
  const agent = await filesBelow(AGENT_SOURCES, `${at}/agent`);
  return [...etc, ...agent, ...(await Promise.all(unetmap)).flat()];
}

function fingerprint(base: string, files: readonly TarFile[]): string {
  const hash = createHash('sha256').update(base).update(SCRIPT);
  for (const { path, content, mode } of files) hash.update(`\0${path}\0${mode}\0`).update(content);
  return hash.digest('hex').slice(0, 16);
}

async function exists(daemon: Daemon, tag: string): Promise<boolean> {
  return daemon.ask(async (docker) => {
    try {
      await docker.getImage(tag).inspect();
      return true;
    } catch (fault) {
      if (isMissing(fault)) return false;
      throw fault;
    }
  });
}

async function make(daemon: Daemon, base: string, tag: string, files: readonly TarFile[]): Promise<void> {
  await daemon.ask(async (docker) => {
    const container = await docker.createContainer({
      Image: base,
      Cmd: ['/bin/sh', '-c', SCRIPT],
      User: '0:0',
      // With a terminal what it prints is plain text.
      Tty: true,
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'LC_ALL=C.UTF-8'],
      NetworkDisabled: true,
      HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] },
      Labels: { [LABEL.ready]: 'making' },
    });
    try {
      await container.putArchive(await tarball(files), { path: '/' });
      await container.start();
      const { StatusCode } = (await container.wait()) as { StatusCode: number };
      if (StatusCode !== 0) throw unusable(await lastWords(container));
      const [repo, version] = tag.split(':');
      const changes = ['USER 1000', 'CMD []', `LABEL ${LABEL.ready}=${version}`];
      await container.commit({ repo, tag: version, changes: changes.join('\n') });
    } finally {
      await daemon.removeContainer(container.id);
    }
  });
}

async function lastWords(container: { logs(options: object): Promise<unknown> }): Promise<string> {
  const logs = String(await container.logs({ stdout: true, follow: false }));
  const lines = logs.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return lines.find((line) => line.includes('error')) ?? lines.at(-1) ?? '';
}

function unusable(why: string): SandboxError {
  return new SandboxError(
    `The container image cannot hold sandboxes: ${why}. Build it again: pnpm images build container --fresh`,
  );
}

/** Those of builds that nobody has started from for long; the daemon keeps any that a container has. */
async function removeStale(daemon: Daemon, current: string): Promise<void> {
  await daemon.ask(async (docker) => {
    const images = await docker.listImages({ filters: JSON.stringify({ label: [LABEL.ready] }) });
    const stale = images.filter(
      ({ RepoTags, Created }) => !RepoTags?.includes(current) && Date.now() - Created * 1000 > STALE_AFTER_MS,
    );
    for (const { Id } of stale)
      await docker
        .getImage(Id)
        .remove()
        .catch(() => undefined);
  });
}
