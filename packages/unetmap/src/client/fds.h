// SPDX-License-Identifier: BSD-2-Clause
//
// Which file descriptors of this process are netmap's.
#ifndef UNETMAP_CLIENT_FDS_H_
#define UNETMAP_CLIENT_FDS_H_

#include <stdint.h>

#include "core/barriers.h"

enum { MAX_FDS = 65536 };

extern uint16_t fd_table[MAX_FDS]; // descriptor number + 1; 0 = not netmap's

// The descriptor number behind fd, or -1. This is all that other calls pay.
static inline int fd_desc(int fd)
{
	return (unsigned)fd < MAX_FDS ? (int)glance(&fd_table[fd]) - 1 : -1;
}

// Whether this process ever had to do with netmap.
int fd_any(void);

// In the child of a vfork these tables are its parent's.
int fd_table_is_borrowed(void);

// Joins the region if there is one, and prepares for forks. 0 or -errno.
int fd_enter_region(void);

// Like fd_desc, but also recognizes descriptors that came by exec or over a socket.
int fd_adopt(int fd);

// Opens the device. `flags` as for open(). Returns the fd, or -1 with errno set.
int fd_open_device(int flags);

// fd refers to this descriptor from now on.
void fd_set_desc(int fd, uint16_t desc);

// fd is about to be closed, or has become something else. Returns the descriptor if this was the
// process's last fd of it, else -1; the caller then calls fd_closed, once it is closed.
int fd_forget(int fd);
void fd_closed(uint16_t desc);

// The flags that open() was given, as fcntl(F_GETFL) must show them.
int fd_open_flags(uint16_t desc);
void fd_set_nonblock(uint16_t desc, int on);

#endif
