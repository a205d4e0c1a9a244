// SPDX-License-Identifier: BSD-2-Clause
//
// Whether an epoll set has something to report because of its netmap members, and those of sets in it.
#ifndef UNETMAP_CLIENT_EPOLL_READINESS_H_
#define UNETMAP_CLIENT_EPOLL_READINESS_H_

#include <poll.h>

#include "client/epoll_sets.h"
#include "client/waiting.h"

enum { MAX_WATCHED = 256, LOOK_AGAIN_NS = 100 * 1000 * 1000 };

// Netmap descriptors to wait for, each because of something that its caller numbers.
struct epoll_watch {
	struct waiting_judge judge;
	nfds_t first; // of them in the list that is waited for; all before are the caller's
	int count;
	struct {
		int because;
		struct epoll_member member;
	} watched[MAX_WATCHED];
};

void epoll_watch_init(struct epoll_watch *w, nfds_t first);

// Adds a member of a set, or what it has inside.
void epoll_watch_member(struct epoll_watch *w, int because, const struct epoll_member *member);
void epoll_watch_set(struct epoll_watch *w, int because, int set);

// Writes what is to be waited for: w->count entries.
void epoll_watch_list(const struct epoll_watch *w, struct pollfd *fds);

#endif
