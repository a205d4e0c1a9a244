// SPDX-License-Identifier: BSD-2-Clause
//
// Descriptors. What open("/dev/netmap") returns is a FIFO in the region directory, opened for
// reading and writing: a real kernel object that poll, epoll and fork understand, that can be
// passed over a socket, and of which the kernel tells anybody whether it is still open somewhere.
#ifndef UNETMAP_CORE_DESC_H_
#define UNETMAP_CORE_DESC_H_

#include <stdint.h>

#include "core/segment.h"

// Makes a descriptor; `open_flags` may hold O_CLOEXEC. Returns its number and sets *fd, or -errno
// (-ENFILE when the region has no room for one more).
// Control lock held.
int desc_create(int open_flags, int *fd);

// The number of a descriptor that came here by fork, exec or SCM_RIGHTS; -1 if fd is something else.
int desc_find(int fd);

// False once no process has it open, nor mapped through it. Control lock held.
int desc_is_alive(uint16_t id);

// Forgets a descriptor that is bound to nothing any more. Control lock held.
void desc_remove(uint16_t id);

// Removes the FIFOs of descriptors that were never finished. Control lock held.
void desc_sweep_files(void);

#endif
