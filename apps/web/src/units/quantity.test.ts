// SPDX-License-Identifier: BSD-2-Clause
import { describe, expect, it } from 'vitest';
import { countText, fixedQuantityText, quantity, quantityText, siText } from './quantity.ts';

describe('quantityText', () => {
  it.each([
    [0, '0 pps'],
    [0.4, '0 pps'],
    [7.6, '8 pps'],
    [999, '999 pps'],
    [999.6, '1.00 kpps'],
    [9_994, '9.99 kpps'],
    [9_996, '10.0 kpps'],
    [99_960, '100 kpps'],
    [999_499, '999 kpps'],
    [999_600, '1.00 Mpps'],
    [2_034_000, '2.03 Mpps'],
    [14_880_952, '14.9 Mpps'],
    [123_456_789, '123 Mpps'],
    [4_000_000_000, '4.00 Gpps'],
  ])('writes %d as %s', (value, text) => {
    expect(quantityText(value, 'pps')).toBe(text);
  });

  it('shows nonsense as zero instead of NaN', () => {
    expect(quantityText(Number.NaN, 'bps')).toBe('0 bps');
    expect(quantityText(-5, 'bps')).toBe('0 bps');
  });
});

describe('fixedQuantityText', () => {
  it('is as wide for every value, so that numbers do not jump', () => {
    const widths = new Set<number>();
    for (let value = 0.3; value < 5e12; value *= 1.07) widths.add(fixedQuantityText(value, 'pps').length);
    expect([...widths]).toEqual([9]);
  });

  it('never has more than four characters of digits', () => {
    for (let value = 0.3; value < 5e14; value *= 1.01) {
      expect(quantity(value, 'bps').digits.length).toBeLessThanOrEqual(4);
    }
  });
});

it('groups counts', () => {
  expect(countText(1_048_576)).toBe('1,048,576');
});

describe('siText', () => {
  it.each([
    [0.000_028_7, '28.7 µs'],
    [0.000_999_6, '1.00 ms'],
    [0.000_000_25, '250 ns'],
    [0.0262, '26.2 ms'],
    [1.5, '1.50 s'],
    [4200, '4.20 ks'],
    [0, '0 s'],
    [Number.NaN, '0 s'],
  ])('writes %d as %s', (value, text) => {
    expect(siText(value, 's')).toBe(text);
  });

  it('has no digits behind a round number', () => {
    expect([siText(0.0001, 's', true), siText(1e7, 'pps', true)]).toEqual(['100 µs', '10 Mpps']);
  });
});
