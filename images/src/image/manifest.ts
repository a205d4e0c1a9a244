// SPDX-License-Identifier: BSD-2-Clause
import { z } from 'zod';

export const SHAPES = ['container', 'vm', 'live'] as const;
export type Shape = (typeof SHAPES)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** `manifest.json` beside an image's files. It holds no time and no name of a machine: same inputs, same manifest. */
export const manifestSchema = z.object({
  shape: z.enum(SHAPES),
  /** SHA-256 over `name sha256` of every file, a line each: the image's name. */
  digest: sha256,
  /** Debian's release and architecture. */
  release: z.string(),
  architecture: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number().int(), sha256 })).min(1),
  bytes: z.number().int(),
  budgetBytes: z.number().int(),
  /** As dpkg names them, sorted. */
  packages: z.array(z.object({ name: z.string(), version: z.string() })),
});
export type Manifest = z.infer<typeof manifestSchema>;
