// SPDX-License-Identifier: BSD-2-Clause
/** Shared by Monaco and by the plain text that stands in its place before: the swap must not move a letter. */
export const EDITOR_METRICS = {
  fontFamily: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSize: 13,
  lineHeight: 20,
  paddingTop: 8,
  lineNumbersMinChars: 4,
  lineDecorationsWidth: 20,
  tabSize: 8,
} as const;
