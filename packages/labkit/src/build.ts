// SPDX-License-Identifier: BSD-2-Clause
import { type Diagnostic, type ExitStatus, workspacePath } from '@ringlab/protocol';
import { parseDiagnostics, withCharacterColumns } from './diagnostics.ts';
import type { Lab } from './lab.ts';
import { type Sandbox, SandboxError, type SandboxFile } from './sandbox.ts';

export interface BuildOptions {
  /** The size of the compiler's terminal. */
  readonly pty?: { readonly cols: number; readonly rows: number };
  readonly onOutput?: (bytes: Uint8Array) => void;
  /** Ends the build at once when it is aborted. */
  readonly signal?: AbortSignal;
}

export interface BuildResult {
  readonly ok: boolean;
  readonly exit: ExitStatus;
  /** What was printed, its end when there was too much. */
  readonly output: string;
  readonly diagnostics: Diagnostic[];
}

/** Enough for any compiler's first thousand complaints. */
const KEPT_CHARACTERS = 1_000_000;
/** A workspace has few; a build may print the names of many. */
const READ_SOURCES = 32;

/** Builds what is in the workspace. Rejects with SandboxError only. */
export async function buildLab(
  lab: Pick<Lab, 'build'>,
  sandbox: Sandbox,
  { pty = { cols: 120, rows: 30 }, onOutput, signal }: BuildOptions = {},
): Promise<BuildResult> {
  const process = await sandbox.exec(lab.build.argv, { pty, timeoutMs: lab.build.timeoutMs });
  const stop = () => process.kill('SIGKILL');
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const decoder = new TextDecoder();
  let output = '';
  for await (const bytes of process.output) {
    onOutput?.(bytes);
    output = (output + decoder.decode(bytes, { stream: true })).slice(-KEPT_CHARACTERS);
  }
  const exit = await process.exit;
  signal?.removeEventListener('abort', stop);
  return { ok: exit.code === 0, exit, output, diagnostics: await placedDiagnostics(output, sandbox) };
}

/** With columns as an editor counts them, as far as the sources that they name can be read. */
async function placedDiagnostics(output: string, sandbox: Sandbox): Promise<Diagnostic[]> {
  const diagnostics = parseDiagnostics(output, sandbox.workspace);
  const paths = new Set(
    diagnostics.map(({ path }) => path).filter((path) => workspacePath.safeParse(path).success),
  );
  if (paths.size === 0) return diagnostics;
  const files = (
    await Promise.all([...paths].slice(0, READ_SOURCES).map((path) => source(sandbox, path)))
  ).flat();
  const text = (content: Uint8Array | string) =>
    typeof content === 'string' ? content : new TextDecoder().decode(content);
  return withCharacterColumns(diagnostics, new Map(files.map(({ path, content }) => [path, text(content)])));
}

/** What a build names may be a folder, or too large to be a source. */
function source(sandbox: Sandbox, path: string): Promise<SandboxFile[]> {
  return sandbox.get([path]).catch((fault: unknown) => {
    if (fault instanceof SandboxError) return [];
    throw fault;
  });
}
