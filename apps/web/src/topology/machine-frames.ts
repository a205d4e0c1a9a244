// SPDX-License-Identifier: BSD-2-Clause
import type { Topology } from '@ringlab/protocol';
import type { Box, Layout } from './layout.ts';

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
  const left = Math.min(...boxes.map(({ x }) => x)) - PADDING;
  const top = Math.min(...boxes.map(({ y }) => y)) - PADDING;
  const right = Math.max(...boxes.map(({ x, width }) => x + width)) + PADDING;
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + PADDING + FOOT;
  return { id, x: left, y: top, width: right - left, height: bottom - top };
}

/** Whether a frame lies over what is not in its machine. */
export function framesMislead({ nodes }: Topology, layout: Layout, frames: readonly MachineFrame[]): boolean {
  const foreign = (frame: MachineFrame) =>
    nodes.flatMap((node) => (node.machine === frame.id ? [] : (layout.get(node.id) ?? [])));
  return frames.some((frame) =>
    [...foreign(frame), ...frames.filter((other) => other !== frame)].some((box) => overlap(frame, box)),
  );
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
