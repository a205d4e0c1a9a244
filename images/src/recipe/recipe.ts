// SPDX-License-Identifier: BSD-2-Clause
// The one recipe. Every shape is the root plus what only that shape needs.
import type { Shape } from '../image/manifest.ts';

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;

/** Every time in an image: the contents count, not when they were put together. */
export const EPOCH_SECONDS = 1_767_225_600;

/** What a lab's programs see, on top of Debian's essential packages and apt. */
export const ROOT_PACKAGES = [
  ...['gcc', 'g++', 'libc6-dev', 'linux-libc-dev', 'make', 'gdb', 'clangd-19'],
  ...['iproute2', 'iputils-ping', 'ethtool', 'tcpdump', 'procps', 'less', 'mount'],
  // testpmd, and the memif that lab 01 connects it to. Debian numbers memif's package anew with each DPDK.
  ...['dpdk-dev', '?name(^librte-net-memif[0-9]+$)'],
];

/** What nobody reads in a lab: 250 MiB, most of it static libraries of DPDK and its drivers' dependencies. */
export const LEFT_OUT = [
  '/usr/share/doc/*',
  '/usr/share/info/*',
  '/usr/share/locale/*',
  '/usr/share/man/*',
  '/usr/share/lintian/*',
  '/usr/lib/x86_64-linux-gnu/librte_*.a',
  '/usr/lib/x86_64-linux-gnu/libIPSec_MB.a',
  '/usr/lib/x86_64-linux-gnu/libcrypto.a',
  '/usr/lib/x86_64-linux-gnu/libssl.a',
  '/usr/lib/udev/hwdb.*',
  '/usr/bin/*lto-dump*',
  // What the libraries of QEMU's displays bring along.
  '/usr/share/xml/iso-codes/*',
  '/usr/share/iso-codes/*',
];

/** Only one initramfs maker satisfies the kernel's package without a quarter of Debian; ours is made by `vm.ts`. */
export const VM_PACKAGES = [
  'linux-image-cloud-amd64',
  'tiny-initramfs',
  'kmod',
  'openssh-server',
  'bubblewrap',
];

/** A Debian that boots from a stick, with the sandboxes' bubblewrap and QEMU, and a browser in place of a desktop. */
export const LIVE_PACKAGES = [
  ...['linux-image-amd64', 'initramfs-tools', 'zstd', 'live-boot', 'live-boot-initramfs-tools'],
  ...['systemd-sysv', 'udev', 'dbus', 'kmod', 'bubblewrap', 'qemu-system-x86'],
  ...['chromium', 'fonts-dejavu-core'],
  ...['xinit', 'xserver-xorg-core', 'xserver-xorg-input-libinput'],
  ...['xserver-xorg-video-fbdev', 'xserver-xorg-video-vesa', 'x11-xkb-utils', 'xkb-data'],
  // Make a place on the stick for what is to be kept.
  ...['fdisk', 'e2fsprogs'],
];

/** Modules that the guest loads before it can see its root, and those of its devices; what they need comes along. */
export const VM_MODULES = [
  ...['virtio_pci', 'virtio_blk', 'squashfs', 'overlay'],
  ...['virtio_console', 'virtio-rng', 'qemu_fw_cfg', 'virtio_net'],
];

/** A build that makes more fails: a laptop keeps these, and a room downloads the last, 300 MiB of which are the VM image. */
export const BUDGET_BYTES: Readonly<Record<Shape, number>> = {
  container: 900 * MIB,
  vm: 400 * MIB,
  live: 1600 * MIB,
};

/** The unprivileged user, as in every other sandbox. */
export const USER = { name: 'attendee', id: 1000, home: '/workspace' } as const;
