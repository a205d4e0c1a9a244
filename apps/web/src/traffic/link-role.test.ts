// SPDX-License-Identifier: BSD-2-Clause
import type { Topology, TopologyLink } from '@ringlab/protocol';
import { expect, it } from 'vitest';
import { linkName, linkRole } from './link-role.ts';

const into: TopologyLink = { id: 'in', from: 'vale0', to: 'fwd', port: 'vale0:fwd', direction: 'rx' };
const out: TopologyLink = { id: 'out', from: 'fwd', to: 'vale1', port: 'vale1:fwd', direction: 'tx' };
const sent: TopologyLink = {
  id: 'sent',
  from: 'gen',
  to: 'vale0',
  port: 'vale0:gen',
  direction: 'tx',
  label: 'load',
};
const topology: Topology = {
  nodes: [
    { id: 'gen', label: 'pkt-gen', kind: 'process' },
    { id: 'vale0', label: 'vale0', kind: 'switch' },
    { id: 'fwd', label: 'forward', kind: 'process' },
    { id: 'vale1', label: 'vale1', kind: 'switch' },
  ],
  links: [sent, into, out],
};

it('tells sending from forwarding by what the sender receives', () => {
  expect([sent, into, out].map((link) => linkRole(link, topology))).toEqual(['tx', 'rx', 'forwarded']);
});

it('names a link by its ends, unless the lab names it', () => {
  expect(linkName(into, topology)).toBe('vale0 → forward');
  expect(linkName(sent, topology)).toBe('load');
});
