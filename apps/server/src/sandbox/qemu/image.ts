// SPDX-License-Identifier: BSD-2-Clause
import { startingImage } from '../image.ts';

/** What a virtual machine starts from; docs/images.md draws it. */
export interface VmImage {
  readonly digest: string;
  readonly kernel: string;
  readonly initramfs: string;
  readonly root: string;
}

/** Rejects with ImageFault when there is none, or not as it was built. */
export async function vmImage(imagesDir: string): Promise<VmImage> {
  const { manifest, path } = await startingImage('vm', imagesDir);
  const [kernel, initramfs, root] = ['vmlinux', 'initramfs', 'root.squashfs'].map(path) as [
    string,
    string,
    string,
  ];
  return { digest: manifest.digest, kernel, initramfs, root };
}
