// SPDX-License-Identifier: BSD-2-Clause
export function TerminalsPanel() {
  return <div className="panel-body" />;
}
