// SPDX-License-Identifier: BSD-2-Clause
export function EditorPanel() {
  return <div className="panel-body" />;
}
