// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, durationInWords, limitInWords, limitsSchema } from './limits.ts';

describe('limits', () => {
  test('are said with their number and unit', () => {
    expect(limitInWords('memory', { ...DEFAULT_LIMITS, memoryBytes: 96 * 1024 * 1024 })).toContain(
      'may use 96 MiB',
    );
    expect(limitInWords('output-rate', { ...DEFAULT_LIMITS, outputBytesPerSecond: 100_000 })).toContain(
      '97.7 KiB a second',
    );
    expect([300, 90_000, 3_600_000, 8 * 3_600_000].map(durationInWords)).toEqual([
      '0.3 s',
      '90 s',
      '60 minutes',
      '8 hours',
    ]);
  });

  test('come from text, and refuse what would stop everything', () => {
    expect(limitsSchema.parse({ processes: '64' }).processes).toBe(64);
    expect(limitsSchema.safeParse({ processes: '1' }).success).toBe(false);
    expect(limitsSchema.safeParse({ memoryBytes: 'much' }).success).toBe(false);
  });
});
