// SPDX-License-Identifier: BSD-2-Clause
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fingerprint } from './fingerprint.ts';

/** One step of a build. It is done again only when its inputs, or a stage before it, changed. */
export interface Stage {
  /** Of its stamp; one of a kind. */
  readonly name: string;
  readonly title: string;
  readonly after: readonly Stage[];
  /** What it is made from, besides the stages before it. */
  readonly inputs: { readonly values?: unknown; readonly paths?: readonly string[] };
  /** A file or a folder, which exists only as a whole. */
  readonly output: string;
  /** About how long it takes beside the others, for the bar. */
  readonly weight: number;
  /** What it may need on the disk. */
  readonly diskBytes: number;
  /** Makes the output at `to`, which is not there yet. */
  make(to: string, show: (detail: string) => void): Promise<void>;
}

/** All that a stage needs before it, itself last. */
export function inOrder(last: Stage): Stage[] {
  return [...new Set([...last.after.flatMap(inOrder), last])];
}

export function fingerprintOf(stage: Stage): string {
  const { values, paths = [] } = stage.inputs;
  return fingerprint([stage.name, values ?? null, stage.after.map(fingerprintOf)], paths);
}

/** Whether the output is there and made from what the inputs are now. */
export function isDone(stage: Stage, stamps: string): boolean {
  const stamp = stampPath(stage, stamps);
  if (!existsSync(stamp) || !existsSync(stage.output)) return false;
  return readFileSync(stamp, 'utf8') === stampText(stage, fingerprintOf(stage));
}

/** Makes the output beside its place and moves it there, so that an interrupted stage leaves nothing that looks done. */
export async function doStage(stage: Stage, stamps: string, show: (detail: string) => void): Promise<void> {
  const to = `${stage.output}.new`;
  mkdirSync(dirname(stage.output), { recursive: true });
  mkdirSync(stamps, { recursive: true });
  await rm(stampPath(stage, stamps), { force: true });
  await rm(to, { recursive: true, force: true });
  // Before it is made: whoever edits an input meanwhile has it made once more.
  const made = fingerprintOf(stage);
  await stage.make(to, show);
  await rm(stage.output, { recursive: true, force: true });
  await rename(to, stage.output);
  writeFileSync(stampPath(stage, stamps), stampText(stage, made));
}

function stampPath(stage: Stage, stamps: string): string {
  return join(stamps, stage.name);
}

/** With the length of a file, which a full disk or a careless hand changes. */
function stampText(stage: Stage, made: string): string {
  const { size } = statSync(stage.output);
  return `${made} ${statSync(stage.output).isDirectory() ? 'folder' : size}\n`;
}
