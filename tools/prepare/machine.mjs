// SPDX-License-Identifier: BSD-2-Clause
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * One Debian package, and how to see that it, or something as good, is there: one of the programs on PATH, or
 * one of the files.
 * @typedef {{ package: string, role: string, programs?: readonly string[], files?: readonly string[] }} Need
 */

/** @type {readonly Need[]} */
export const SERVER_NEEDS = [
  { package: 'gcc', role: 'the C compiler', programs: ['gcc'] },
  { package: 'g++', role: 'the C++ compiler, for labs in C++', programs: ['g++'] },
  { package: 'libc6-dev', role: "the C library's headers", files: ['/usr/include/stdio.h'] },
  { package: 'make', role: 'builds unetmap', programs: ['make'] },
  { package: 'bubblewrap', role: 'the sandboxes', programs: ['bwrap'] },
  { package: 'iproute2', role: "sandboxes' interfaces", programs: ['ip'] },
  { package: 'iputils-ping', role: 'ping, in sandboxes with interfaces', programs: ['ping'] },
];

/** @type {Need} */
const BROWSER = {
  package: 'chromium',
  role: 'the browser of the tests',
  programs: ['chromium', 'chromium-browser', 'google-chrome'],
};

/** What packs images, and what their tests unpack. @type {readonly Need[]} */
export const IMAGE_NEEDS = [
  { package: 'mmdebstrap', role: 'makes the root file system of images', programs: ['mmdebstrap'] },
  { package: 'squashfs-tools', role: "packs the VM's disk", programs: ['mksquashfs'] },
  { package: 'lz4', role: "unpacks the guest's kernel", programs: ['lz4'] },
  { package: 'bubblewrap', role: "runs the compiler of an image's root", programs: ['bwrap'] },
];

/** What makes a disk image that boots by BIOS and by UEFI. @type {readonly Need[]} */
export const LIVE_NEEDS = [
  { package: 'xorriso', role: 'writes the live image', programs: ['xorriso'] },
  { package: 'mtools', role: "writes the live image's EFI partition", programs: ['mformat'] },
  { package: 'grub-common', role: 'makes boot loaders', programs: ['grub-mkimage'] },
  { package: 'grub-pc-bin', role: 'boots by BIOS', files: ['/usr/lib/grub/i386-pc/boot_hybrid.img'] },
  { package: 'grub-efi-amd64-bin', role: 'boots by UEFI', files: ['/usr/lib/grub/x86_64-efi/moddep.lst'] },
];

/** What runs or boots images. @type {readonly Need[]} */
export const VERIFY_NEEDS = [
  { package: 'docker.io', role: 'runs the container image', programs: ['dockerd'] },
  { package: 'qemu-system-x86', role: 'boots the VM and the live image', programs: ['qemu-system-x86_64'] },
  { package: 'ovmf', role: 'boots the live image as UEFI does', files: ['/usr/share/ovmf/OVMF.fd'] },
  { package: 'openssh-client', role: 'enters the VM by its door', programs: ['ssh'] },
];

/** @type {Need} */
const CPIO = { package: 'cpio', role: 'packs and unpacks what a kernel would, in tests', programs: ['cpio'] };

/**
 * What the small virtual machines of the engine's tests run, with a kernel that packages/unetmap/vm/image.sh downloads.
 * @type {Need}
 */
const BUSYBOX = { package: 'busybox-static', role: 'the programs of small guests', programs: ['busybox'] };

/** A daemon that tests start for themselves. @type {readonly Need[]} */
const DOCKER = [
  { package: 'docker.io', role: 'the containers of the tests', programs: ['dockerd'] },
  { package: 'containerd', role: 'what runs them', programs: ['containerd'] },
];

/** Engines of further sandboxes. @type {readonly Need[]} */
const ENGINES = [
  { package: 'qemu-system-x86', role: 'runs virtual machines', programs: ['qemu-system-x86_64'] },
  { package: 'openssh-server', role: 'the other machine of the tests', files: ['/usr/sbin/sshd'] },
  { package: 'iproute2', role: "makes the tests' networks", programs: ['ip'] },
];

/** @type {readonly Need[]} */
export const TEST_NEEDS = [
  ...SERVER_NEEDS,
  BROWSER,
  ...IMAGE_NEEDS.filter(({ package: name }) => name !== 'bubblewrap'),
  CPIO,
  ...DOCKER,
  ...ENGINES,
  BUSYBOX,
];

/**
 * @param {readonly string[]} names the first that is found wins
 * @param {string} [path] as in the environment
 * @returns {string | undefined} absolute
 */
export function findProgram(names, path = process.env.PATH ?? '') {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

/** The browser that drives end-to-end stories and benchmarks. */
export function findBrowser() {
  return findProgram(BROWSER.programs ?? []);
}

/**
 * @param {readonly Need[]} needs
 * @param {string} [path]
 * @returns {Need[]} those that this machine lacks
 */
export function missingNeeds(needs, path) {
  return needs.filter(
    ({ programs = [], files = [] }) =>
      findProgram(programs, path) === undefined && !files.some((file) => existsSync(file)),
  );
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
