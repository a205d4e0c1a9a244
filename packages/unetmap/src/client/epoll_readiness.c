// SPDX-License-Identifier: BSD-2-Clause
#include "client/epoll_readiness.h"

#include "core/segment.h"
#include "ports/sync.h"

enum { MAX_DEPTH = 5 }; // as many as the kernel allows

// An edge is something new to see since the last report; a direction that is not ready has been
// seen through, and whatever comes next is new.
static short only_edges(struct epoll_member *m, struct desc *d, short ready, enum ring_dir dir, short events)
{
	uint64_t now = sync_signature(d, dir);

	if (!(ready & events)) {
		m->seen[dir] = -1;
		return ready;
	}
	if (m->seen[dir] == now)
		return ready & ~events;
	return ready;
}

static short judge_member(struct epoll_member *m, uint16_t desc, short events)
{
	struct desc *d = &segment->descs[desc];
	short ready = sync_for_poll(d, events);

	if (m->asked.events & EPOLLET) {
		ready = only_edges(m, d, ready, RX, POLLIN | POLLRDNORM);
		ready = only_edges(m, d, ready, TX, POLLOUT | POLLWRNORM);
	}
	return ready;
}

static short judge(struct waiting_judge *judge, nfds_t n, uint16_t desc, short events)
{
	struct epoll_watch *w = (struct epoll_watch *)judge;

	if (n < w->first)
		return sync_for_poll(&segment->descs[desc], events);
	return judge_member(&w->watched[n - w->first].member, desc, events);
}

void epoll_watch_init(struct epoll_watch *w, nfds_t first)
{
	w->judge.ready = judge;
	w->first = first;
	w->count = 0;
}

static void watch_set(struct epoll_watch *w, int because, int set, int depth);

static void watch_member(struct epoll_watch *w, int because, const struct epoll_member *member, int depth)
{
	if (member->inner >= 0) {
		watch_set(w, because, member->inner, depth + 1);
	} else if (w->count < MAX_WATCHED) {
		w->watched[w->count].because = because;
		w->watched[w->count++].member = *member;
	}
}

static void watch_set(struct epoll_watch *w, int because, int set, int depth)
{
	struct epoll_member members[MAX_WATCHED];
	const int count = depth < MAX_DEPTH ? epoll_sets_members(set, members, MAX_WATCHED - w->count) : 0;

	for (int i = 0; i < count; i++)
		watch_member(w, because, &members[i], depth);
}

void epoll_watch_member(struct epoll_watch *w, int because, const struct epoll_member *member)
{
	watch_member(w, because, member, 0);
}

void epoll_watch_set(struct epoll_watch *w, int because, int set)
{
	watch_set(w, because, set, 0);
}

void epoll_watch_list(const struct epoll_watch *w, struct pollfd *fds)
{
	for (int i = 0; i < w->count; i++)
		fds[i] = (struct pollfd){w->watched[i].member.fd, w->watched[i].member.asked.events & 0x7fff, 0};
}
