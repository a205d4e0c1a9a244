// SPDX-License-Identifier: BSD-2-Clause
//
// The netmap members of epoll sets. They are kept here and not in the kernel's set: their readiness
// is the rings', not the FIFO's. The kernel's set keeps all others, and is itself one more thing to
// wait for.
#ifndef UNETMAP_CLIENT_EPOLL_SETS_H_
#define UNETMAP_CLIENT_EPOLL_SETS_H_

#include <stdint.h>
#include <sys/epoll.h>

#include "client/fds.h"

struct epoll_member {
	int fd;
	struct epoll_event asked;
	int spent;	  // EPOLLONESHOT and reported
	uint64_t seen[2]; // EPOLLET: what was last reported, by enum ring_dir
};

extern uint8_t epoll_has_netmap[MAX_FDS];

static inline int epoll_concerns(int epfd)
{
	return (unsigned)epfd < MAX_FDS && epoll_has_netmap[epfd];
}

// epoll_ctl for a netmap descriptor; epfd is known to be an epoll set. 0 or -errno.
int epoll_sets_control(int epfd, int op, int fd, const struct epoll_event *event);

// Copies the members that may report (at most max) and returns how many they are.
int epoll_sets_members(int epfd, struct epoll_member *members, int max);

// Remembers that a member was reported: what had been seen then, and that a one-shot is spent.
void epoll_sets_reported(int epfd, const struct epoll_member *member);

// fd is being closed, whichever of the two it is.
void epoll_sets_forget(int fd);

#endif
