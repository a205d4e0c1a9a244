// SPDX-License-Identifier: BSD-2-Clause
import type { Topology } from '@ringlab/protocol';
import { type Box, enclosing, type Layout, overlap } from './layout.ts';

/** A rectangle around all nodes that are in one virtual machine; its id is the machine's name. */
export type MachineFrame = Box;

const PADDING = 13;
/** For the machine's name, below its nodes. */
const FOOT = 12;

export function machineFrames({ nodes }: Topology, layout: Layout): MachineFrame[] {
  const machines = [...new Set(nodes.flatMap(({ machine }) => machine ?? []))];
  return machines.flatMap((id) => {
    const boxes = nodes.flatMap((node) => (node.machine === id ? (layout.get(node.id) ?? []) : []));
    return boxes.length === 0 ? [] : [around(id, boxes)];
  });
}

function around(id: string, boxes: readonly Box[]): MachineFrame {
  const { x, y, width, height } = enclosing(boxes);
  return {
    id,
    x: x - PADDING,
    y: y - PADDING,
    width: width + 2 * PADDING,
    height: height + 2 * PADDING + FOOT,
  };
}

/** Whether a frame lies over what is not in its machine. */
export function framesMislead({ nodes }: Topology, layout: Layout, frames: readonly MachineFrame[]): boolean {
  const foreign = (frame: MachineFrame) =>
    nodes.flatMap((node) => (node.machine === frame.id ? [] : (layout.get(node.id) ?? [])));
  return frames.some((frame) =>
    [...foreign(frame), ...frames.filter((other) => other !== frame)].some((box) => overlap(frame, box)),
  );
}
