// SPDX-License-Identifier: BSD-2-Clause
import type { Diagnostic } from '@ringlab/protocol';

/** The file that faults of the build's description, rather than of a source, are shown in. */
const BUILD_FILE = 'Makefile';
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' own sequences begin with one.
const TERMINAL_CODES = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;
const PLACED =
  /^(?<path>[^\s:][^:]*):(?<line>\d+):(?:(?<column>\d+):)? (?<severity>fatal error|error|warning|note): (?<message>.*)$/;
const OPTION = / \[(-W[^\]\s]+)\]$/;
const CARET = /^ *\|[~\s]*(?<run>\^~*)/;
const LINKER =
  /^(?:.*?ld: )?(?:[^\s:]+\.o: )?(?<path>[^\s:(]+\.[a-z+]+):(?:(?<line>\d+)|\([^)]*\)): (?<message>(?:undefined reference|multiple definition|first defined).*)$/;
const MAKE_AT = /^(?<path>[^\s:]+):(?<line>\d+): \*\*\* (?<message>.*)$/;
const MAKE = /^make(?:\[\d+\])?: \*\*\* (?<message>(?!\[).*)$/;
const DRIVER = /^(?:cc1|cc1plus|cc|gcc|g\+\+|c\+\+|clang)[\w-]*: (?:fatal )?error: (?<message>.*)$/;

/** More than anybody reads; each is sent to every tab with every change of the run. */
const MOST_DIAGNOSTICS = 500;
/** What compilers print in one line is shorter; what a build prints beside that need not be. */
const LONGEST_LINE = 4096;

/**
 * What gcc, clang, ld and make complain about, the first 500, from their output as a terminal shows it. Columns are as
 * printed: gcc counts a tab as eight, see `withCharacterColumns`. Never throws, and takes time by the output's length,
 * whatever it is: a build prints what its author likes.
 */
export function parseDiagnostics(output: string, workspace = '/workspace'): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const printed of output.replaceAll(TERMINAL_CODES, '').split('\n')) {
    const line = withoutReturns(printed.slice(0, LONGEST_LINE));
    const diagnostic = parseLine(line);
    if (diagnostic === undefined) underline(found, line);
    else if (found.length < MOST_DIAGNOSTICS) found.push(inWorkspace(diagnostic, workspace));
    else break;
  }
  return found;
}

function withoutReturns(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end--;
  return line.slice(0, end);
}

function parseLine(line: string): Diagnostic | undefined {
  return parsePlaced(line) ?? parseLinker(line) ?? parseMake(line) ?? parseDriver(line);
}

function parsePlaced(line: string): Diagnostic | undefined {
  const groups = PLACED.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { path = '', severity = '', message = '' } = groups;
  const option = OPTION.exec(message)?.[1];
  return {
    ...at(path, groups.line, groups.column),
    severity: severity === 'warning' || severity === 'note' ? severity : 'error',
    message: message.replace(OPTION, ''),
    ...(option === undefined ? {} : { option }),
  };
}

function parseLinker(line: string): Diagnostic | undefined {
  const groups = LINKER.exec(line)?.groups;
  return (
    groups && { ...at(groups.path ?? '', groups.line), severity: 'error', message: groups.message ?? '' }
  );
}

function parseMake(line: string): Diagnostic | undefined {
  const groups = MAKE_AT.exec(line)?.groups ?? MAKE.exec(line)?.groups;
  return (
    groups && {
      ...at(groups.path ?? BUILD_FILE, groups.line),
      severity: 'error',
      message: withoutStop(groups.message ?? ''),
    }
  );
}

/** Make ends its complaints with "Stop.", which says nothing about what is wrong. */
function withoutStop(message: string): string {
  return message
    .replace(/Stop\.$/, '')
    .trimEnd()
    .replace(/\.$/, '');
}

function parseDriver(line: string): Diagnostic | undefined {
  const groups = DRIVER.exec(line)?.groups;
  return groups && { ...at(BUILD_FILE, undefined), severity: 'error', message: groups.message ?? '' };
}

function at(
  path: string,
  line: string | undefined,
  column?: string,
): Pick<Diagnostic, 'path' | 'line' | 'column'> {
  return { path, line: place(line), column: place(column) };
}

/** Counted from 1; compilers write 0 for "nowhere", and digits without end are nowhere, too. */
function place(digits: string | undefined): number {
  const number = Number(digits ?? 1);
  return Number.isSafeInteger(number) && number > 0 ? number : 1;
}

function inWorkspace(diagnostic: Diagnostic, workspace: string): Diagnostic {
  const path = diagnostic.path.replace(/^\.\//, '');
  return { ...diagnostic, path: path.startsWith(`${workspace}/`) ? path.slice(workspace.length + 1) : path };
}

/** `| ^~~~` under the source says how far the fault goes. Only the first one belongs to the diagnostic before it. */
function underline(found: Diagnostic[], line: string): void {
  const run = CARET.exec(line)?.groups?.run;
  const last = found.at(-1);
  if (run === undefined || last === undefined || last.endColumn !== undefined) return;
  found[found.length - 1] = { ...last, endColumn: last.column + run.length };
}

const TAB_COLUMNS = 8;

/** Columns as an editor counts them: a tab is one. Sources are by path; a diagnostic of another file stays. */
export function withCharacterColumns(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): Diagnostic[] {
  const lines = new Map([...sources].map(([path, text]) => [path, text.split('\n')]));
  return diagnostics.map((diagnostic) => {
    const text = lines.get(diagnostic.path)?.[diagnostic.line - 1];
    if (text === undefined) return diagnostic;
    const column = characterColumn(text, diagnostic.column);
    if (diagnostic.endColumn === undefined) return { ...diagnostic, column };
    return {
      ...diagnostic,
      column,
      endColumn: Math.max(column + 1, characterColumn(text, diagnostic.endColumn)),
    };
  });
}

function characterColumn(text: string, displayColumn: number): number {
  let display = 1;
  let at = 0;
  while (at < text.length && display < displayColumn) {
    display += text[at] === '\t' ? TAB_COLUMNS - ((display - 1) % TAB_COLUMNS) : 1;
    at++;
  }
  return at + 1;
}
