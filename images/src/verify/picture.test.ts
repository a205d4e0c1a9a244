// SPDX-License-Identifier: BSD-2-Clause
import { expect, it } from 'vitest';
import { lightShareOf, pictureOf, shareOf } from './picture.ts';

const ppm = (header: string, ...bytes: number[]): Buffer =>
  Buffer.concat([Buffer.from(header), Buffer.from(bytes)]);

it('reads a screen and tells how much of it has given colors', () => {
  const picture = pictureOf(ppm('P6\n2 2\n255\n', 13, 16, 20, 255, 255, 255, 13, 16, 20, 20, 24, 30));
  expect(picture).toMatchObject({ width: 2, height: 2 });
  expect(shareOf(picture, ['#0d1014'])).toBe(0.5);
  expect(shareOf(picture, ['#0d1014', '#14181e'])).toBe(0.75);
  expect(shareOf(picture, ['#14100d'])).toBe(0);
  expect(lightShareOf(picture)).toBe(0.25);
});

it.each([
  ['another format', ppm('P5\n1 1\n255\n', 0)],
  ['half a screen', ppm('P6\n2 1\n255\n', 1, 2, 3)],
])('refuses %s', (_, bytes) => {
  expect(() => pictureOf(bytes)).toThrow('What QEMU wrote of the screen');
});
