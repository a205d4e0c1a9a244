// SPDX-License-Identifier: BSD-2-Clause
export function FilesPanel() {
  return <div className="panel-body" />;
}
