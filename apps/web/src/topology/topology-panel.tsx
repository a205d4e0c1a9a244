// SPDX-License-Identifier: BSD-2-Clause
import '@xyflow/react/dist/style.css';
import './topology.css';
import type { LabDetail } from '@ringlab/protocol';
import { ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useAppState } from '../api/index.ts';
import { flowEdges, flowNodes } from './flow-elements.ts';
import { LARGEST_SCALE, type Layout, placeNodes } from './layout.ts';
import { LinkEdge } from './link-edge.tsx';
import { TopologyNodeBox } from './topology-node.tsx';
import { useLivePainting } from './use-live-painting.ts';

const NODE_TYPES = { topology: TopologyNodeBox };
const EDGE_TYPES = { link: LinkEdge };
const MARGIN = 16;
/** Labels above the first row and below the last one need room as well. */
const LABEL_MARGIN = 22;

interface Size {
  readonly width: number;
  readonly height: number;
}

export function TopologyPanel() {
  const lab = useAppState((state) => state.workspace?.lab);
  const host = useRef<HTMLDivElement>(null);
  const size = useSize(host);
  return (
    <section className="panel-body topology" ref={host} aria-label="Topology">
      {lab !== undefined && size !== undefined && (
        <ReactFlowProvider>
          <TopologyGraph key={lab.slug} lab={lab} size={size} />
        </ReactFlowProvider>
      )}
      <Teaching />
    </section>
  );
}

function TopologyGraph({ lab, size }: { readonly lab: LabDetail; readonly size: Size }) {
  const run = useAppState((state) => state.workspace?.run);
  const mount = useLivePainting();
  const layout = useMemo(() => {
    return placeNodes(lab.topology, size.width - 2 * MARGIN, size.height - 2 * (MARGIN + LABEL_MARGIN));
  }, [lab.topology, size]);
  const nodes = useMemo(() => flowNodes(lab, layout, run?.processes ?? []), [lab, layout, run?.processes]);
  const edges = useMemo(() => flowEdges(lab.topology, layout, mount), [lab.topology, layout, mount]);
  const fit = useFitting(layout, size);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onDoubleClick={fit}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      zoomOnScroll={false}
      zoomOnDoubleClick={false}
      preventScrolling={false}
      minZoom={0.2}
      maxZoom={3}
      proOptions={{ hideAttribution: true }}
    />
  );
}

/** Shows the whole graph, as large as it fits, whenever the panel or the graph changes. */
function useFitting(layout: Layout, { width, height }: Size): () => void {
  const { setViewport } = useReactFlow();
  const fit = useMemo(() => {
    const zoom = Math.min(
      LARGEST_SCALE,
      (width - 2 * MARGIN) / layout.width,
      (height - 2 * (MARGIN + LABEL_MARGIN)) / layout.height,
    );
    const x = (width - layout.width * zoom) / 2;
    const y = (height - layout.height * zoom) / 2;
    return () => void setViewport({ x, y, zoom });
  }, [layout, width, height, setViewport]);
  useEffect(fit, [fit]);
  return fit;
}

function useSize(host: React.RefObject<HTMLElement | null>): Size | undefined {
  const [size, setSize] = useState<Size>();
  useEffect(() => {
    if (host.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      if (width > 0 && height > 0) setSize({ width, height });
    });
    observer.observe(host.current);
    return () => observer.disconnect();
  }, [host]);
  return size;
}

/** Before the first run, the key that starts it. */
function Teaching() {
  const isFresh = useAppState(({ workspace }) => workspace !== undefined && workspace.run === undefined);
  if (!isFresh) return null;
  return (
    <p className="topology-teaching">
      <kbd className="kbd">Ctrl+Enter</kbd> builds your program and starts these processes
    </p>
  );
}
