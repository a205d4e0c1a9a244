// SPDX-License-Identifier: BSD-2-Clause
//
// Which file descriptors of this process are netmap's.
#ifndef UNETMAP_CLIENT_FDS_H_
#define UNETMAP_CLIENT_FDS_H_

#include <stdint.h>

#include "core/barriers.h"
#include "core/segment.h"

enum { MAX_FDS = 65536 };

enum { FD_UNKNOWN = 0, FD_OTHER = -1 }; // whether it was asked what came here by exec

_Static_assert(MAX_DESCS < INT16_MAX, "a descriptor number and one fit");
extern int16_t fd_table[MAX_FDS]; // descriptor number + 1, or one of these

// The descriptor number behind fd, or a negative number.
static inline int fd_desc(int fd)
{
	return (unsigned)fd < MAX_FDS ? (int)glance(&fd_table[fd]) - 1 : -1;
}

// Looks behind an fd of which nothing is known. As fd_desc; errno is kept.
int fd_look(int fd);

// Like fd_desc, for calls that may be the first for an fd that came by exec: each number is looked behind once.
static inline int fd_netmap(int fd)
{
	return (unsigned)fd < MAX_FDS && glance(&fd_table[fd]) == FD_UNKNOWN ? fd_look(fd) : fd_desc(fd);
}

// Whether this process ever had to do with netmap.
int fd_any(void);

// In the child of a vfork these tables are its parent's.
int fd_table_is_borrowed(void);

// Joins the region if there is one. 0 or -errno.
int fd_enter_region(void);

// Like fd_look, for an fd of which something else was known: it came over a socket, or unseen.
int fd_adopt(int fd);

// Opens the device. `flags` as for open(). Returns the fd, or -1 with errno set.
int fd_open_device(int flags);

// fd refers to this descriptor from now on.
void fd_set_desc(int fd, uint16_t desc);

// fd is about to be closed, or has become something else. Returns the descriptor that it was, or -1, and sets *last if
// the process has no other fd of it: then the caller calls fd_closed, once it is closed.
int fd_forget(int fd, int *last);
void fd_closed(uint16_t desc);

// The flags that open() was given, as fcntl(F_GETFL) must show them.
int fd_open_flags(uint16_t desc);
void fd_set_nonblock(uint16_t desc, int on);

void fd_before_fork(void);
void fd_after_fork(void);
void fd_after_fork_in_child(void);

#endif
