// SPDX-License-Identifier: BSD-2-Clause
//
// Whether an epoll set has something to report because of its netmap members, and those of sets in it.
#ifndef UNETMAP_CLIENT_EPOLL_READINESS_H_
#define UNETMAP_CLIENT_EPOLL_READINESS_H_

#include <poll.h>

#include "client/epoll_sets.h"
#include "client/waiting.h"

enum { EPOLL_AT_HAND = 32, LOOK_AGAIN_NS = 100 * 1000 * 1000 };

// The members of a set that may report, as they were at one time.
struct epoll_list {
	int count;
	struct epoll_member *members;
	struct epoll_member at_hand[EPOLL_AT_HAND];
};

// 0, or -1 with errno set and nothing to free.
int epoll_list_take(struct epoll_list *l, int set);
void epoll_list_free(struct epoll_list *l);

struct epoll_watched {
	int because;
	struct epoll_member member;
};

// Netmap descriptors to wait for, each because of something that its caller numbers.
struct epoll_watch {
	struct waiting_judge judge;
	nfds_t first; // of them in the list that is waited for; all before are the caller's
	int count, room;
	struct epoll_watched *watched;
	struct epoll_watched at_hand[EPOLL_AT_HAND];
};

void epoll_watch_init(struct epoll_watch *w, nfds_t first);
void epoll_watch_free(struct epoll_watch *w);

// Adds a member of a set, or what it has inside. 0, or -1 with errno set: not all of it was added.
int epoll_watch_member(struct epoll_watch *w, int because, const struct epoll_member *member);
int epoll_watch_set(struct epoll_watch *w, int because, int set);

// Writes what is to be waited for: w->count entries.
void epoll_watch_list(const struct epoll_watch *w, struct pollfd *fds);

#endif
