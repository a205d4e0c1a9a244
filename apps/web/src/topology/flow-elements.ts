// SPDX-License-Identifier: BSD-2-Clause
import type { LabDetail, ProcessState, Topology } from '@ringlab/protocol';
import { linkName, linkRole } from '../traffic/link-role.ts';
import type { Box, Layout } from './layout.ts';
import type { LabelPlace, LinkEdgeData, LinkEdgeType } from './link-edge.tsx';
import { angleAt, type LinkPath, laneOffset, linkPath, pointAt } from './link-path.ts';
import type { TopologyNodeType } from './topology-node.tsx';

export function flowNodes(
  lab: LabDetail,
  layout: Layout,
  states: readonly ProcessState[],
): TopologyNodeType[] {
  return lab.topology.nodes.flatMap((node) => {
    const box = layout.boxes.get(node.id);
    if (box === undefined) return [];
    const name = node.process ?? node.id;
    const process = lab.processes.find((each) => each.name === name);
    const state = states.find((each) => each.name === name);
    return { id: node.id, type: 'topology' as const, ...placement(box), data: { node, process, state } };
  });
}

function placement({ x, y, width, height }: Box) {
  return { position: { x, y }, width, height, initialWidth: width, initialHeight: height };
}

export function flowEdges(topology: Topology, layout: Layout, mount: LinkEdgeData['mount']): LinkEdgeType[] {
  const boxes = [...layout.boxes.values()];
  return topology.links.flatMap((link) => {
    const [from, to] = [layout.boxes.get(link.from), layout.boxes.get(link.to)];
    if (from === undefined || to === undefined) return [];
    const offset = laneOffset(link, topology.links);
    const path = linkPath(from, to, offset, boxes);
    const data = {
      link,
      path,
      mount,
      name: linkName(link, topology),
      role: linkRole(link, topology),
      labelAt: labelPlace(path, offset),
    };
    return { id: link.id, type: 'link' as const, source: link.from, target: link.to, data };
  });
}

const LABEL_DISTANCE = 9;

/** Beside the middle of the link, on the side away from a link that runs next to it. */
function labelPlace(path: LinkPath, offset: number): LabelPlace {
  const { x, y } = pointAt(path, 0.5);
  const radians = (angleAt(path, 0.5) * Math.PI) / 180;
  if (Math.abs(Math.cos(radians)) > 0.5) {
    const below = offset * Math.cos(radians) > 0;
    return { x, y: y + (below ? LABEL_DISTANCE : -LABEL_DISTANCE), side: below ? 'below' : 'above' };
  }
  const left = offset * Math.sin(radians) > 0;
  return { x: x + (left ? -LABEL_DISTANCE : LABEL_DISTANCE), y, side: left ? 'left' : 'right' };
}
