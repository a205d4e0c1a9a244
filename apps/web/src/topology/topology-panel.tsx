// SPDX-License-Identifier: BSD-2-Clause
import '@xyflow/react/dist/style.css';
import './topology.css';
import type { LabDetail } from '@ringlab/protocol';
import { ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useAppState } from '../api/index.ts';
import { CrashNotes } from './crash-notes.tsx';
import { type Drawing, drawTopology, scaleToFit } from './drawing.ts';
import { flowEdges, flowFrames, flowNodes } from './flow-elements.ts';
import { LinkEdge } from './link-edge.tsx';
import { MachineFrameBox, TopologyNodeBox } from './topology-node.tsx';
import { useLivePainting } from './use-live-painting.ts';

const NODE_TYPES = { topology: TopologyNodeBox, machine: MachineFrameBox };
const EDGE_TYPES = { link: LinkEdge };
/** Around the drawing, and below it for the line of words. */
const MARGIN = 10;
const WORDS_HEIGHT = 20;

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
      <CrashNotes />
    </section>
  );
}

function TopologyGraph({ lab, size }: { readonly lab: LabDetail; readonly size: Size }) {
  const processes = useAppState((state) => state.workspace?.run?.processes);
  const mount = useLivePainting();
  const drawing = useMemo(() => drawTopology(lab.topology, ...room(size)), [lab.topology, size]);
  const frames = useMemo(() => flowFrames(drawing), [drawing]);
  const boxes = useMemo(() => flowNodes(lab, drawing.boxes, processes ?? []), [lab, drawing, processes]);
  const nodes = useMemo(() => [...frames, ...boxes], [frames, boxes]);
  const edges = useMemo(() => flowEdges(lab.topology, drawing, mount), [lab.topology, drawing, mount]);
  const fit = useFitting(drawing, size);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onDoubleClick={fit}
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
      zoomOnScroll={false}
      zoomOnDoubleClick={false}
      preventScrolling={false}
      minZoom={0.2}
      maxZoom={3}
      attributionPosition="top-right"
    />
  );
}

function room({ width, height }: Size): [width: number, height: number] {
  return [width - 2 * MARGIN, height - 2 * MARGIN - WORDS_HEIGHT];
}

/** Shows the whole drawing, as large as it fits, whenever the panel or the drawing changes. */
function useFitting(drawing: Drawing, size: Size): () => void {
  const { setViewport } = useReactFlow();
  const fit = useCallback(() => {
    const [width, height] = room(size);
    const zoom = scaleToFit(drawing, width, height);
    const x = MARGIN + (width - drawing.width * zoom) / 2 - drawing.left * zoom;
    const y = MARGIN + (height - drawing.height * zoom) / 2 - drawing.top * zoom;
    void setViewport({ x, y, zoom });
  }, [drawing, size, setViewport]);
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
      <kbd className="kbd">Ctrl+Enter</kbd> builds and starts these processes
    </p>
  );
}
