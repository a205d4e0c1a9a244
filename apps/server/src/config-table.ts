// SPDX-License-Identifier: BSD-2-Clause
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { environment, repositoryDir } from './config.ts';

export const configurationPage = join(repositoryDir, 'docs/configuration.md');

const HEAD = `# Configuration

Ringlab reads environment variables; all have defaults. This table is generated from the schema in
\`apps/server/src/config.ts\` by \`node apps/server/src/config-table.ts\`. A relative path in a variable is relative to the
folder in which the server starts.

| variable | default | meaning |
|---|---|---|
`;

type Property = { description?: string; default?: unknown };

function row([variable, property]: [string, Property]): string {
  const fallback = property.default ?? '';
  const shown = fallback === '' ? 'none' : `\`${String(fallback)}\``;
  return `| \`${variable}\` | ${shown} | ${property.description ?? ''} |`;
}

/** The page as it must stand in docs/. */
export function configurationMarkdown(): string {
  const { properties = {} } = z.toJSONSchema(environment, { io: 'input' });
  return `${HEAD}${Object.entries(properties as Record<string, Property>)
    .map(row)
    .join('\n')}\n`;
}

if (import.meta.main) writeFileSync(configurationPage, configurationMarkdown());
