// SPDX-License-Identifier: BSD-2-Clause

/** What one line of vale-ctl's output says, on stdout or stderr. */
export type ValeCtlEvent =
  /** A port of the list, without an action. */
  | {
      readonly kind: 'listed';
      readonly name: string;
      readonly switchIndex: number;
      readonly portIndex: number;
    }
  /** A line of `-g`. */
  | { readonly kind: 'geometry'; readonly field: ValeCtlGeometry; readonly value: number }
  /** A line of `-l`, or of `-v` after attaching and detaching. */
  | { readonly kind: 'index'; readonly of: 'switch' | 'port'; readonly index: number }
  | { readonly kind: 'failure'; readonly action: string; readonly name: string; readonly reason: string };

const GEOMETRY = ['memsize', 'tx_slots', 'rx_slots', 'tx_rings', 'rx_rings', 'mem_id'] as const;
export type ValeCtlGeometry = (typeof GEOMETRY)[number];

const LISTED = /^(\S+) bridge_idx (\d+) port_idx (\d+)$/;
// `rx_rings` has no colon.
const FIELD = /^([a-z_]+):? +(\d+)$/;
const FAILURE = /failed to (attach|detach|create|remove|[a-z ]+?) (?:for )?(\S+): (.+)$/;

/** Undefined for a line that is none of these. Never throws. Format: as netmap's own vale-ctl prints. */
export function parseValeCtlLine(line: string): ValeCtlEvent | undefined {
  return parseListed(line) ?? parseField(line) ?? parseFailure(line);
}

function parseListed(line: string): ValeCtlEvent | undefined {
  const [, name, switchIndex, portIndex] = LISTED.exec(line) ?? [];
  if (name === undefined) return undefined;
  return { kind: 'listed', name, switchIndex: Number(switchIndex), portIndex: Number(portIndex) };
}

function parseField(line: string): ValeCtlEvent | undefined {
  const [, word, digits] = FIELD.exec(line) ?? [];
  if (word === 'bridge_idx') return { kind: 'index', of: 'switch', index: Number(digits) };
  if (word === 'port_idx' || word === 'port_index')
    return { kind: 'index', of: 'port', index: Number(digits) };
  const field = GEOMETRY.find((known) => known === word);
  return field === undefined ? undefined : { kind: 'geometry', field, value: Number(digits) };
}

function parseFailure(line: string): ValeCtlEvent | undefined {
  const [, action, name, reason] = FAILURE.exec(line) ?? [];
  if (action === undefined || name === undefined || reason === undefined) return undefined;
  return { kind: 'failure', action, name, reason };
}
