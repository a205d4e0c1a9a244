// SPDX-License-Identifier: BSD-2-Clause
import { expect, test } from 'vitest';
import { ownPorts } from './own-ports.ts';

const link = (from: string, to: string, port: string, direction: 'tx' | 'rx') => ({
  ...{ id: `${from}-${to}-${direction}`, from, to, port, direction },
});

test('a port belongs to whoever sends on it, or receives from it', () => {
  const lab = {
    topology: {
      nodes: [
        { id: 'gen', label: 'pkt-gen', kind: 'process', process: 'gen' },
        { id: 'vale0', label: 'vale0', kind: 'switch' },
        { id: 'fwd', label: 'forward', kind: 'process', process: 'forward' },
        { id: 'vale1', label: 'vale1', kind: 'switch' },
      ],
      links: [
        link('gen', 'vale0', 'vale0:gen', 'tx'),
        link('vale0', 'fwd', 'vale0:fwd', 'rx'),
        link('fwd', 'vale1', 'vale1:fwd', 'tx'),
        link('vale1', 'fwd', 'vale1:fwd', 'rx'),
      ],
    },
    processes: [
      { name: 'forward', argv: ['./forward'], attendee: true },
      { name: 'gen', argv: ['pkt-gen'], attendee: false },
    ],
  } as const;
  expect(ownPorts(structuredClone(lab) as never)).toEqual(['vale0:fwd', 'vale1:fwd']);
});

test('a device is one port, with its host rings', () => {
  const lab = {
    topology: {
      nodes: [{ id: 'gate', label: 'gate', kind: 'process', process: 'gate' }],
      links: [
        link('stack', 'gate', 'veth0^', 'rx'),
        link('wire', 'gate', 'veth0', 'rx'),
        link('gate', 'container', 'kernel:veth1', 'tx'),
        link('gate', 'container', 'told:memif', 'tx'),
      ],
    },
    processes: [{ name: 'gate', argv: ['./gate'], attendee: true }],
  } as const;
  expect(ownPorts(structuredClone(lab) as never)).toEqual(['veth0']);
});
