// SPDX-License-Identifier: BSD-2-Clause
//
// What the device does: everything that a call on a netmap descriptor asks for, but sleeping.
// Descriptors are named by their number in the segment. All return 0 or -errno unless they say
// otherwise.
#ifndef UNETMAP_CONTROL_CONTROL_H_
#define UNETMAP_CONTROL_CONTROL_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A new descriptor. Returns its number, and the file descriptor in *fd.
int control_open(int open_flags, int *fd);

// ioctl on a descriptor. `argument` is as the program passed it, and may point nowhere.
int control_ioctl(uint16_t desc, unsigned long request, uint64_t argument);

// mmap on a descriptor. Returns MAP_FAILED with errno set, as mmap does.
void *control_mmap(uint16_t desc, void *addr, size_t len, int prot, int flags, off_t ofs);

// This process closed its last file descriptor of it: if nobody else has one, it goes now.
void control_closed(uint16_t desc);

// Persistent ports are network interfaces to programs. The number of the one of this
// name, 0 if there is none; and the name of that number, or -ENXIO. The
// region has been entered.
unsigned control_interface_index(const char *name);
int control_interface_name(unsigned index, char *name);

#endif
