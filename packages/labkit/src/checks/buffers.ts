// SPDX-License-Identifier: BSD-2-Clause
import { parseNmringLine } from '@ringlab/netmap-bindings/layout';
import type { CheckContext } from './context.ts';

/** The numbers of the buffers that are in the slots of a ring now, `vale0:hand/rx0`. Rejects when nobody has that port open. */
export async function buffersIn(context: CheckContext, ring: string): Promise<readonly number[]> {
  // One line of JSON is longer than lines are kept.
  const program = await context.start(['sh', '-c', 'nmring --json "$0" | fold -w 1000', ring]);
  await program.exit;
  const look = parseNmringLine(program.lines.join(''));
  if (!look.ok) throw new Error(look.message);
  const [found] = look.value.rings;
  if (found === undefined) throw new Error(`nmring shows no ring ${ring}.`);
  return found.runs.flatMap(([slots, first]) => Array.from({ length: slots }, (_, at) => first + at));
}
