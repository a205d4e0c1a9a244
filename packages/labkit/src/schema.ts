// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { labManifest } from './manifest.ts';

/** `lab.yaml` as JSON Schema, which editors complete and explain by. */
export function labSchemaText(): string {
  const schema = z.toJSONSchema(labManifest, { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify({ ...schema, title: "A lab's lab.yaml" }, null, 2)}\n`;
}
