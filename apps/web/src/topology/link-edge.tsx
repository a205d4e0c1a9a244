// SPDX-License-Identifier: BSD-2-Clause
import type { TopologyLink } from '@ringlab/protocol';
import { type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { useLayoutEffect, useRef } from 'react';
import { navigation, useNavigation } from '../api/index.ts';
import type { LinkRole } from '../traffic/link-role.ts';
import type { DrawnLink } from './drawing.ts';
import { MOST_DROP_TICKS } from './link-load.ts';
import { type LinkParts, PACKET_SPACING } from './link-painter.ts';
import { angleAt, type LinkPath, pointAt, svgPath } from './link-path.ts';

export interface LinkEdgeData extends DrawnLink, Record<string, unknown> {
  readonly name: string;
  readonly role: LinkRole;
  /** Hands over the elements to draw the rate into; returns what to do when they go. */
  readonly mount: (link: TopologyLink, parts: LinkParts) => () => void;
}

export type LinkEdgeType = Edge<LinkEdgeData, 'link'>;

export function LinkEdge({ data }: EdgeProps<LinkEdgeType>) {
  const group = useRef<SVGGElement>(null);
  const packets = useRef<SVGPathElement>(null);
  const rate = useRef<HTMLSpanElement>(null);
  const drops = useRef<HTMLSpanElement>(null);
  const selected = useNavigation((view) => view.linkId === data?.link.id);
  const [link, mount] = [data?.link, data?.mount];

  useLayoutEffect(() => {
    if (!link || !mount || !group.current || !packets.current || !rate.current || !drops.current) return;
    return mount(link, {
      group: group.current,
      packets: packets.current,
      rate: rate.current,
      drops: drops.current,
    });
  }, [link, mount]);

  if (data === undefined) return null;
  const d = svgPath(data.path);
  return (
    <>
      <g ref={group} className="topology-link" data-role={data.role} data-selected={selected}>
        <path className="topology-link-glow" d={d} />
        <path className="topology-link-rail" d={d} />
        <path ref={packets} className="topology-link-packets" d={d} strokeDasharray={`0 ${PACKET_SPACING}`} />
        <DropTicks path={data.path} />
        <path className="topology-link-arrow" d="M-9,-5 L1,0 L-9,5 Z" transform={transformAt(data.path, 1)} />
        <title>{data.name}</title>
      </g>
      <EdgeLabelRenderer>
        <LinkLabel data={data} rate={rate} drops={drops} selected={selected} />
        <PortButton data={data} />
      </EdgeLabelRenderer>
    </>
  );
}

function DropTicks({ path }: { readonly path: LinkPath }) {
  return Array.from({ length: MOST_DROP_TICKS }, (_, index) => {
    const at = 0.78 - index * 0.07;
    return <path key={at} className="topology-link-drop" d="M-2,-7 L2,7" transform={transformAt(path, at)} />;
  });
}

interface LinkLabelProps {
  readonly data: LinkEdgeData;
  readonly rate: React.Ref<HTMLSpanElement>;
  readonly drops: React.Ref<HTMLSpanElement>;
  readonly selected: boolean;
}

function LinkLabel({ data, rate, drops, selected }: LinkLabelProps) {
  const { link, name, labelAt } = data;
  return (
    <button
      type="button"
      className="topology-label nodrag nopan"
      data-side={labelAt.side}
      data-role={data.role}
      aria-pressed={selected}
      style={{ left: labelAt.x, top: labelAt.y }}
      title={`${name}: ${link.port}, ${link.direction}. Show its chart.`}
      onClick={() => navigation.showLink(selected ? undefined : link.id)}
    >
      <span ref={rate} className="topology-rate" />
      <span ref={drops} className="topology-drops" />
    </button>
  );
}

/** The port sits where the link meets the process that has it open. */
function PortButton({ data }: { readonly data: LinkEdgeData }) {
  const { link, path } = data;
  const at = link.direction === 'tx' ? path.start : path.end;
  return (
    <button
      type="button"
      className="topology-port nodrag nopan"
      data-direction={link.direction}
      style={{ left: at.x, top: at.y }}
      title={`Port ${link.port}. Show its rings.`}
      aria-label={`Port ${link.port}: show its rings`}
      onClick={() => navigation.showPort(link.port)}
    />
  );
}

function transformAt(path: LinkPath, at: number): string {
  const { x, y } = pointAt(path, at);
  return `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${angleAt(path, at).toFixed(1)})`;
}
