// SPDX-License-Identifier: BSD-2-Clause

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, a byte each, rows from the top. */
  readonly pixels: Uint8Array;
}

/** Of the binary PPM that QEMU writes of a screen. */
export function pictureOf(ppm: Buffer): Picture {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.subarray(0, 64).toString('latin1'));
  if (header === null) throw new Error('What QEMU wrote of the screen is no PPM.');
  const [width, height] = [Number(header[1]), Number(header[2])];
  const pixels = ppm.subarray(header[0].length);
  if (pixels.length !== width * height * 3) throw new Error("What QEMU wrote of the screen isn't whole.");
  return { width, height, pixels };
}

/** How much of a picture has one of these colors (`#rrggbb`), 0 to 1. */
export function shareOf(picture: Picture, colors: readonly string[]): number {
  const wanted = new Set(colors.map((color) => Number.parseInt(color.slice(1), 16)));
  return shareWhere(picture, (red, green, blue) => wanted.has((red << 16) | (green << 8) | blue));
}

/** How much of a picture is light, as words on a dark ground are, 0 to 1. */
export function lightShareOf(picture: Picture): number {
  return shareWhere(picture, (red, green, blue) => red + green + blue >= (3 * 256) / 2);
}

type Holds = (red: number, green: number, blue: number) => boolean;

function shareWhere({ pixels }: Picture, holds: Holds): number {
  let found = 0;
  for (let i = 0; i < pixels.length; i += 3)
    if (holds(pixels[i] ?? 0, pixels[i + 1] ?? 0, pixels[i + 2] ?? 0)) found++;
  return (found * 3) / pixels.length;
}
