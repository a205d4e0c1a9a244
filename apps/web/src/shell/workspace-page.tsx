// SPDX-License-Identifier: BSD-2-Clause
import { PANELS } from './panels.tsx';

export function WorkspacePage() {
  return Object.entries(PANELS).map(([id, { component: Panel }]) => <Panel key={id} />);
}
