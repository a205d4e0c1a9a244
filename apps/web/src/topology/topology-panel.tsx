// SPDX-License-Identifier: BSD-2-Clause
import '@xyflow/react/dist/style.css';
import './topology.css';
import type { LabDetail } from '@ringlab/protocol';
import { ReactFlow, ReactFlowProvider } from '@xyflow/react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useAppState } from '../api/index.ts';
import { CrashNotes } from './crash-notes.tsx';
import { type Drawing, drawTopology, shownScale } from './drawing.ts';
import { flowEdges, flowFrames, flowNodes } from './flow-elements.ts';
import { LinkEdge } from './link-edge.tsx';
import { MachineFrameBox, TopologyNodeBox } from './topology-node.tsx';
import { useLivePainting } from './use-live-painting.ts';

const NODE_TYPES = { topology: TopologyNodeBox, machine: MachineFrameBox };
const EDGE_TYPES = { link: LinkEdge };
/** Around the drawing. */
const MARGIN = 8;

interface Size {
  readonly width: number;
  readonly height: number;
}

export function TopologyPanel() {
  const lab = useAppState((state) => state.workspace?.lab);
  const host = useRef<HTMLDivElement>(null);
  const size = useSize(host);
  return (
    <section className="panel-body topology" aria-label="Topology">
      <div className="topology-picture" ref={host}>
        {lab !== undefined && size !== undefined && (
          <ReactFlowProvider>
            <TopologyGraph key={lab.slug} lab={lab} size={size} host={host} />
          </ReactFlowProvider>
        )}
      </div>
      <Teaching />
      <CrashNotes />
    </section>
  );
}

interface TopologyGraphProps {
  readonly lab: LabDetail;
  readonly size: Size;
  /** What scrolls. */
  readonly host: React.RefObject<HTMLElement | null>;
}

/** As large as fits, or as large as is read: then the panel scrolls, and begins with what is the attendee's. */
function TopologyGraph({ lab, size, host }: TopologyGraphProps) {
  const run = useAppState((state) => state.workspace?.run);
  const mount = useLivePainting();
  const drawing = useMemo(() => drawTopology(lab.topology, ...room(size)), [lab.topology, size]);
  const frames = useMemo(() => flowFrames(drawing), [drawing]);
  const boxes = useMemo(() => flowNodes(lab, drawing.boxes, run), [lab, drawing, run]);
  const nodes = useMemo(() => [...frames, ...boxes], [frames, boxes]);
  const edges = useMemo(() => flowEdges(lab.topology, drawing, mount), [lab.topology, drawing, mount]);
  const zoom = shownScale(drawing, ...room(size));
  const canvas = {
    width: Math.max(size.width, drawing.width * zoom + 2 * MARGIN),
    height: Math.max(size.height, drawing.height * zoom + 2 * MARGIN),
  };
  const viewport = {
    x: (canvas.width - drawing.width * zoom) / 2 - drawing.x * zoom,
    y: (canvas.height - drawing.height * zoom) / 2 - drawing.y * zoom,
    zoom,
  };
  const own = ownCenter(lab, drawing);
  const [left, top] = [
    viewport.x + own.x * zoom - size.width / 2,
    viewport.y + own.y * zoom - size.height / 2,
  ];
  // In braces: browsers begin to give back a promise, and what an effect gives back is called.
  useLayoutEffect(() => {
    host.current?.scrollTo(left, top);
  }, [host, left, top]);
  return (
    <div className="topology-canvas" style={canvas}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        viewport={viewport}
        // Their default keys, Space among them, would be taken from whoever types in the editor.
        panActivationKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        zoomActivationKeyCode={null}
        deleteKeyCode={null}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        panOnDrag={false}
        zoomOnScroll={false}
        zoomOnPinch={false}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        minZoom={0.2}
        maxZoom={3}
        attributionPosition="top-right"
      />
    </div>
  );
}

/** In the middle of the attendee's own processes. */
function ownCenter({ processes, topology }: LabDetail, { boxes }: Drawing): { x: number; y: number } {
  const isOwn = (name: string) => processes.some((process) => process.attendee && process.name === name);
  const own = topology.nodes.flatMap(({ id, process }) =>
    isOwn(process ?? id) ? (boxes.get(id) ?? []) : [],
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  if (own.length === 0) return { x: 0, y: 0 };
  return {
    x: mean(own.map(({ x, width }) => x + width / 2)),
    y: mean(own.map(({ y, height }) => y + height / 2)),
  };
}

function room({ width, height }: Size): [width: number, height: number] {
  return [width - 2 * MARGIN, height - 2 * MARGIN];
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
      <kbd className="kbd">Ctrl+Enter</kbd> builds and starts these processes
    </p>
  );
}
