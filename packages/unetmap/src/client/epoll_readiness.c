// SPDX-License-Identifier: BSD-2-Clause
#include "client/epoll_readiness.h"

#include <stdlib.h>
#include <string.h>

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

// ---- members ----

static int make_room(struct epoll_list *l, int room)
{
	struct epoll_member *more = malloc(room * sizeof *more);

	if (!more)
		return -1;
	epoll_list_free(l);
	l->members = more;
	return 0;
}

int epoll_list_take(struct epoll_list *l, int set)
{
	int room = EPOLL_AT_HAND;

	l->members = l->at_hand;
	while ((l->count = epoll_sets_members(set, l->members, room)) > room) {
		room = l->count;
		if (make_room(l, room)) {
			epoll_list_free(l);
			return -1;
		}
	}
	return 0;
}

void epoll_list_free(struct epoll_list *l)
{
	if (l->members != l->at_hand)
		free(l->members);
}

// ---- what is watched ----

void epoll_watch_init(struct epoll_watch *w, nfds_t first)
{
	w->judge.ready = judge;
	w->first = first;
	w->count = 0;
	w->room = EPOLL_AT_HAND;
	w->watched = w->at_hand;
}

void epoll_watch_free(struct epoll_watch *w)
{
	if (w->watched != w->at_hand)
		free(w->watched);
}

static int double_room(struct epoll_watch *w)
{
	struct epoll_watched *more = malloc(2 * w->room * sizeof *more);

	if (!more)
		return -1;
	memcpy(more, w->watched, w->count * sizeof *more);
	epoll_watch_free(w);
	w->watched = more;
	w->room *= 2;
	return 0;
}

static int watch_set(struct epoll_watch *w, int because, int set, int depth);

static int watch_member(struct epoll_watch *w, int because, const struct epoll_member *member, int depth)
{
	if (member->inner >= 0)
		return watch_set(w, because, member->inner, depth + 1);
	if (w->count == w->room && double_room(w))
		return -1;
	w->watched[w->count++] = (struct epoll_watched){because, *member};
	return 0;
}

static int watch_set(struct epoll_watch *w, int because, int set, int depth)
{
	struct epoll_list l;
	int error = 0;

	if (depth >= MAX_DEPTH)
		return 0;
	if (epoll_list_take(&l, set))
		return -1;
	for (int i = 0; i < l.count && !error; i++)
		error = watch_member(w, because, &l.members[i], depth);
	epoll_list_free(&l);
	return error;
}

int epoll_watch_member(struct epoll_watch *w, int because, const struct epoll_member *member)
{
	return watch_member(w, because, member, 0);
}

int epoll_watch_set(struct epoll_watch *w, int because, int set)
{
	return watch_set(w, because, set, 0);
}

void epoll_watch_list(const struct epoll_watch *w, struct pollfd *fds)
{
	for (int i = 0; i < w->count; i++)
		fds[i] = (struct pollfd){w->watched[i].member.through, w->watched[i].member.asked.events & 0x7fff, 0};
}
