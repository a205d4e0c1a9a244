// SPDX-License-Identifier: BSD-2-Clause
import type { LabProcess, ProcessState, TopologyNode } from '@ringlab/protocol';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { navigation } from '../api/index.ts';
import { processWords } from './process-words.ts';

interface TopologyNodeData extends Record<string, unknown> {
  readonly node: TopologyNode;
  readonly process: LabProcess | undefined;
  readonly state: ProcessState | undefined;
  readonly runEnded: boolean;
}

export type TopologyNodeType = Node<TopologyNodeData, 'topology'>;

export type MachineFrameType = Node<{ readonly machine: string }, 'machine'>;

const KIND_WORDS: Readonly<Record<TopologyNode['kind'], string>> = {
  process: 'process',
  switch: 'VALE switch',
  pipe: 'netmap pipe',
  nic: 'network interface',
  host: 'host stack',
};

export function TopologyNodeBox({ data }: NodeProps<TopologyNodeType>) {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      {data.node.kind === 'process' ? <ProcessBox {...data} /> : <DeviceBox {...data} />}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

/** What is in it runs in a virtual machine. */
export function MachineFrameBox({ data }: NodeProps<MachineFrameType>) {
  return (
    <div className="topology-machine" title={`The virtual machine ${data.machine}`}>
      {data.machine}
    </div>
  );
}

function ProcessBox({ node, process, state, runEnded }: TopologyNodeData) {
  const { light, words } = processWords(state, runEnded);
  return (
    <button
      type="button"
      className="topology-node nodrag"
      data-kind="process"
      data-light={light}
      data-attendee={process?.attendee ?? false}
      title={`${process?.argv.join(' ') ?? node.label}\n${state?.exit?.words ?? words}`}
      onClick={() => navigation.showProcess(node.process ?? node.id)}
    >
      <span className="topology-node-name">
        <span className="topology-light" aria-hidden="true" />
        {node.label}
      </span>
      <span className="topology-node-words">{words}</span>
    </button>
  );
}

function DeviceBox({ node }: TopologyNodeData) {
  return (
    <div className="topology-node" data-kind={node.kind} title={KIND_WORDS[node.kind]}>
      <span className="topology-node-name">{node.label}</span>
      <span className="topology-node-words">{KIND_WORDS[node.kind]}</span>
    </div>
  );
}
