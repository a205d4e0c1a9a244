// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';
import { hint, labManifest, machinePort } from './manifest.ts';

/** `lab.yaml` as JSON Schema, which editors complete and explain by. */
export function labSchemaText(): string {
  const schema = z.toJSONSchema(labManifest, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === hint) alsoSentence(jsonSchema);
      if (zodSchema === machinePort) firstByDefault(jsonSchema);
    },
  });
  return `${JSON.stringify({ ...schema, title: "A lab's lab.yaml" }, null, 2)}\n`;
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A hint that is nothing but its text need not be an object. */
function alsoSentence(schema: JsonSchema): void {
  const whole = { ...schema };
  for (const key of Object.keys(schema)) delete schema[key];
  schema.anyOf = [{ type: 'string', minLength: 1 }, whole];
}

/** The first way to give a machine a port need not be named. */
function firstByDefault({ oneOf, anyOf }: JsonSchema): void {
  const [first] = (oneOf ?? anyOf ?? []) as JsonSchema[];
  if (first?.required !== undefined) first.required = first.required.filter((key) => key !== 'by');
}
