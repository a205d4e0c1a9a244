// SPDX-License-Identifier: BSD-2-Clause
import { type BuildResult, buildLab, type Lab, type Sandbox } from '@ringlab/labkit';
import type { Terminal } from '../terminals/terminal.ts';

/** Builds what is in the sandbox's workspace, with the compiler's output in `terminal` as it is. */
export async function buildInTerminal(
  lab: Lab,
  sandbox: Sandbox,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<BuildResult> {
  const { cols, rows } = terminal.info;
  void terminal.print(Buffer.from(`$ ${lab.build.argv.join(' ')}\r\n`));
  const onOutput = (bytes: Uint8Array) => void terminal.print(bytes);
  const result = await buildLab(lab, sandbox, { pty: { cols, rows }, onOutput, signal });
  terminal.ended(result.exit);
  return result;
}

/** The compiler's first complaint, for where a whole terminal has no room. */
export function firstComplaint({ diagnostics, exit }: BuildResult): string {
  const error = diagnostics.find(({ severity }) => severity === 'error') ?? diagnostics[0];
  return error ? `${error.path}:${error.line}: ${error.message}` : `The build ${exit.words}.`;
}
