// SPDX-License-Identifier: BSD-2-Clause
//
// Epoll sets, and their netmap members. Those are kept here and not in the kernel's set: their readiness is
// the rings', not the FIFO's. The kernel's set keeps all others, and is itself one more thing to wait for.
// Sets within sets are in both: here for the sake of the netmap members they may come to have.
// As in the kernel a member is an open file, until the last of this process's numbers for it is closed.
//
// A set has a number, which all descriptors of it share: known from epoll_create, through dup, into forks.
// Who waits in it is counted. When a member comes or changes, they are woken by something readable in the
// kernel's set, the waker, which is taken away when all have left who waited then; what it looks like there,
// only epoll_sets_sift knows.
#ifndef UNETMAP_CLIENT_EPOLL_SETS_H_
#define UNETMAP_CLIENT_EPOLL_SETS_H_

#include <stdint.h>
#include <sys/epoll.h>

#include "client/fds.h"
#include "core/barriers.h"

enum { MAX_EPOLL_SETS = 4096 };

struct epoll_member {
	int fd;	     // the number it was put in by, and is changed by
	int through; // an open number of the same file: fd, or a copy that outlives it
	int desc;    // the netmap descriptor that it is, or -1
	int inner;   // the set that it is, or -1
	struct epoll_event asked;
	int spent;	  // EPOLLONESHOT and reported
	uint64_t seen[2]; // EPOLLET: what was last reported, by enum ring_dir
};

extern uint16_t epoll_set_at[MAX_FDS];		// number of the set + 1; 0 = none that we know
extern uint16_t epoll_set_members[MAX_EPOLL_SETS]; // how many are here

// The set behind fd, or -1.
static inline int epoll_set(int fd)
{
	return (unsigned)fd < MAX_FDS ? (int)glance(&epoll_set_at[fd]) - 1 : -1;
}

static inline int epoll_concerns(int epfd)
{
	const int set = epoll_set(epfd);

	return set >= 0 && observe(&epoll_set_members[set]);
}

// fd is a new set.
void epoll_sets_made(int fd);
// copy is the same file as fd.
void epoll_sets_copied(int fd, int copy);
// fd is being closed, whichever it is, and stood for this netmap descriptor, or -1; fd_forget was told before.
void epoll_sets_forget(int fd, int desc);

// epoll_ctl for a netmap descriptor, or for a set, which the kernel has been told of; epfd is known to be an
// epoll set. Wakes who waits in it. 0 or -errno.
int epoll_sets_control(int epfd, int op, int fd, const struct epoll_event *event);

// Copies the members that may report, at most max of them, and returns how many they are in all.
int epoll_sets_members(int set, struct epoll_member *members, int max);

// Remembers that a member was reported: what had been seen then, and that a one-shot is spent.
void epoll_sets_reported(int epfd, const struct epoll_member *member);

// Around waiting in a set: who comes first looks at the members afterwards, and after he has left may find
// others. The ticket is his to keep in between.
uint32_t epoll_sets_enter(int set);
void epoll_sets_leave(int set, int epfd, uint32_t ticket);

// Takes out of what the kernel reported what was only to wake. Returns how many are left.
int epoll_sets_sift(struct epoll_event *events, int count);

// The waker is still there for somebody else: waits for him a moment, the longer the more `times` it was
// looked at in vain, and after a second takes it away.
void epoll_sets_yield(int set, int epfd, int times);

void epoll_sets_before_fork(void);
void epoll_sets_after_fork(void);
void epoll_sets_after_fork_in_child(void);

#endif
