// SPDX-License-Identifier: BSD-2-Clause
import { type EditedFile, useAppState, useNavigation } from '../api/index.ts';

const NO_FILES: readonly EditedFile[] = [];

export function useOpenFiles() {
  const files = useAppState(({ workspace }) => workspace?.files) ?? NO_FILES;
  const readOnly = useAppState(({ workspace }) => workspace?.readOnly ?? true);
  const openPaths = useNavigation((view) => view.openPaths);
  const activePath = useNavigation((view) => view.activePath);
  const open = openPaths.flatMap((path) => files.find((file) => file.path === path) ?? []);
  return { open, active: open.find(({ path }) => path === activePath), readOnly };
}
