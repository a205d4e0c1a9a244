// SPDX-License-Identifier: BSD-2-Clause
import { NETMAP_IOCTL } from '@ringlab/netmap-bindings/layout';
import { ask } from './calls.ts';

/** 0, or errno's name. */
export const txSync = (fd: number) => ask('ioctl', fd, NETMAP_IOCTL.NIOCTXSYNC, null);
export const rxSync = (fd: number) => ask('ioctl', fd, NETMAP_IOCTL.NIOCRXSYNC, null);
