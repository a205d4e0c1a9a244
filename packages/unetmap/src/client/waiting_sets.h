// SPDX-License-Identifier: BSD-2-Clause
//
// Waiting for netmap descriptors, for epoll sets that have some, and for others.
#ifndef UNETMAP_CLIENT_WAITING_SETS_H_
#define UNETMAP_CLIENT_WAITING_SETS_H_

#include <poll.h>
#include <signal.h>
#include <time.h>

#include "client/epoll_sets.h"
#include "client/fds.h"

// A set may get a netmap member while it is waited for, once there are any.
static inline int waiting_concerns_fd(int fd)
{
	return fd_netmap(fd) >= 0 || (epoll_set(fd) >= 0 && fd_any());
}

int waiting_concerns_sets(struct pollfd *fds, nfds_t count);

// The errno for a timeout or a mask that is none, or 0.
int waiting_refused(const struct timespec *timeout, const sigset_t *mask);

// ppoll() for a mixture of all of them. `timeout` NULL = for ever; it is not changed.
int waiting_with_sets(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);

#endif
