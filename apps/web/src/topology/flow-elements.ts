// SPDX-License-Identifier: BSD-2-Clause
import type { LabDetail, RunState, Topology } from '@ringlab/protocol';
import { linkName, linkRole } from '../traffic/link-role.ts';
import type { Drawing } from './drawing.ts';
import type { Box, Layout } from './layout.ts';
import type { LinkEdgeData, LinkEdgeType } from './link-edge.tsx';
import type { MachineFrameType, TopologyNodeType } from './topology-node.tsx';

export function flowNodes(
  lab: LabDetail,
  boxes: Layout,
  run: Pick<RunState, 'processes' | 'phase'> | undefined,
): TopologyNodeType[] {
  const runEnded = run?.phase === 'ended';
  return lab.topology.nodes.flatMap((node) => {
    const box = boxes.get(node.id);
    if (box === undefined) return [];
    const name = node.process ?? node.id;
    const process = lab.processes.find((each) => each.name === name);
    const state = run?.processes.find((each) => each.name === name);
    const data = { node, process, state, runEnded };
    return { id: node.id, type: 'topology' as const, ...placement(box), data };
  });
}

/** Under the nodes that are in it. */
export function flowFrames({ frames }: Drawing): MachineFrameType[] {
  return frames.map((frame) => ({
    ...{ id: `machine ${frame.id}`, type: 'machine' as const, zIndex: -1 },
    ...placement(frame),
    data: { machine: frame.id },
  }));
}

/** A node that does not say `measured` is measured anew whenever its data change, and its links are gone meanwhile. */
function placement({ x, y, width, height }: Box) {
  const size = { width, height };
  return { position: { x, y }, ...size, initialWidth: width, initialHeight: height, measured: size };
}

export function flowEdges(
  topology: Topology,
  drawing: Drawing,
  mount: LinkEdgeData['mount'],
): LinkEdgeType[] {
  return drawing.links.map((drawn) => {
    const { link } = drawn;
    const data = { ...drawn, mount, name: linkName(link, topology), role: linkRole(link, topology) };
    return { id: link.id, type: 'link', source: link.from, target: link.to, data };
  });
}
