// SPDX-License-Identifier: BSD-2-Clause
//
// epoll_create, epoll_ctl, epoll_wait and their variants.
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "client/deadline.h"
#include "client/epoll_readiness.h"
#include "client/epoll_sets.h"
#include "client/fds.h"
#include "client/real.h"
#include "client/user_pages.h"
#include "client/waiting.h"
#include "client/waiting_sets.h"
#include "core/segment.h"
#include "core/user_memory.h"
#include "ports/sync.h"

static int made(int fd)
{
	if (fd >= 0)
		epoll_sets_made(fd);
	return fd;
}

EXPORT int epoll_create(int size)
{
	return made(REAL(epoll_create)(size));
}

EXPORT int epoll_create1(int flags)
{
	return made(REAL(epoll_create1)(flags));
}

// ---- members ----

static int result(int error)
{
	if (!error)
		return 0;
	errno = -error;
	return -1;
}

// Asking the kernel to take out what it never had tells whether epfd is an epoll set.
static int check_set(int epfd, int fd)
{
	return REAL(epoll_ctl)(epfd, EPOLL_CTL_DEL, fd, NULL) && errno != ENOENT ? -1 : 0;
}

static int control_member(int epfd, int op, int fd, const struct epoll_event *event)
{
	struct epoll_event asked;

	if (op == EPOLL_CTL_DEL)
		return epoll_sets_control(epfd, op, fd, NULL);
	if (copy_from_user(&asked, (uintptr_t)event, sizeof asked))
		return -EFAULT;
	return epoll_sets_control(epfd, op, fd, &asked);
}

// A set in a set is the kernel's business, too.
static int control_inner(int epfd, int op, int fd, struct epoll_event *event)
{
	int r = REAL(epoll_ctl)(epfd, op, fd, event);

	if (!r)
		control_member(epfd, op, fd, event);
	return r;
}

EXPORT int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	if (fd_netmap(fd) < 0)
		return epoll_set(fd) < 0 ? REAL(epoll_ctl)(epfd, op, fd, event) : control_inner(epfd, op, fd, event);
	if (check_set(epfd, fd))
		return -1;
	return result(control_member(epfd, op, fd, event));
}

// ---- waiting ----

struct call {
	int epfd, set;
	struct epoll_event *events;
	int max;
	const sigset_t *mask;
	int64_t deadline; // INT64_MAX = for ever
	int looked_in_vain; // how often there was nothing but what is to wake others
};

static void report(int epfd, struct epoll_member *m, short ready, struct epoll_event *event)
{
	struct desc *d = &segment->descs[m->desc];

	event->events = (unsigned short)ready;
	event->data = m->asked.data;
	if (ready & (POLLIN | POLLRDNORM))
		m->seen[RX] = sync_signature(d, RX);
	if (ready & (POLLOUT | POLLWRNORM))
		m->seen[TX] = sync_signature(d, TX);
	epoll_sets_reported(epfd, m);
}

// The kernel reports it itself if it is ready on its own account.
static int report_inner(const struct epoll_member *m, struct epoll_event *event)
{
	struct pollfd p = {m->through, POLLIN, 0};

	if (!(m->asked.events & (EPOLLIN | EPOLLRDNORM)) || REAL(poll)(&p, 1, 0))
		return 0;
	event->events = m->asked.events & (EPOLLIN | EPOLLRDNORM);
	event->data = m->asked.data;
	return 1;
}

// -1 if there is nowhere to write it.
static int report_one(const struct call *c, struct epoll_watch *w, const struct epoll_member *members, int n,
		      const struct pollfd *fds, struct epoll_event *event)
{
	const int because = w->watched[n].because;

	if (!fds[n].revents || fd_desc(w->watched[n].member.through) != w->watched[n].member.desc)
		return 0;
	if (!user_may_write(event, sizeof *event))
		return -1;
	if (members[because].inner < 0) {
		report(c->epfd, &w->watched[n].member, fds[n].revents, event);
		return 1;
	}
	for (int before = 0; before < n; before++)
		if (w->watched[before].because == because && fds[before].revents)
			return 0; // it was told once
	return report_inner(&members[because], event);
}

static int report_ready(const struct call *c, struct epoll_watch *w, const struct epoll_member *members,
			const struct pollfd *fds, int max)
{
	int reported = 0;

	for (int i = 0; i < w->count && reported < max; i++) {
		const int r = report_one(c, w, members, i, fds, &c->events[reported]);

		if (r < 0)
			return reported ? reported : result(-EFAULT);
		reported += r;
	}
	return reported;
}

// If others are ready too, they get their share of a small array.
static int netmap_share(int max, int others_ready)
{
	static int turn;

	if (!others_ready)
		return max;
	if (max > 1)
		return max - 1;
	tally(&turn, 1);
	return glance(&turn) & 1;
}

static int take_others(struct call *c, int taken)
{
	const int r = REAL(epoll_wait)(c->epfd, c->events + taken, c->max - taken, 0);
	const int left = r > 0 ? epoll_sets_sift(c->events + taken, r) : 0;

	c->looked_in_vain = r > left ? c->looked_in_vain + 1 : 0;
	return r < 0 && !taken ? r : taken + left;
}

// Sets in this one may get members without a word to us.
static const struct timespec *for_how_long(const struct call *c, const struct epoll_list *l, struct timespec *storage)
{
	for (int i = 0; i < l->count; i++)
		if (l->members[i].inner >= 0)
			return remaining(c->deadline, LOOK_AGAIN_NS, storage);
	return deadline_timeout(c->deadline, storage);
}

static int watch_members(struct epoll_watch *w, const struct epoll_list *l)
{
	int error = 0;

	for (int i = 0; i < l->count && !error; i++)
		error = epoll_watch_member(w, i, &l->members[i]);
	return error;
}

static int wait_for_listed(struct call *c, struct epoll_watch *w, const struct epoll_list *l, struct pollfd *fds)
{
	struct timespec t;
	int r, taken;

	fds[0] = (struct pollfd){c->epfd, POLLIN, 0};
	epoll_watch_list(w, fds + 1);
	r = waiting_ppoll(fds, w->count + 1, for_how_long(c, l, &t), c->mask, &w->judge);
	if (r <= 0)
		return r;
	if (!fds[0].revents)
		c->looked_in_vain = 0;
	taken = report_ready(c, w, l->members, fds + 1, netmap_share(c->max, fds[0].revents != 0));
	return taken >= 0 && fds[0].revents && taken < c->max ? take_others(c, taken) : taken;
}

static int wait_for_list(struct call *c, const struct epoll_list *l)
{
	struct pollfd at_hand[EPOLL_AT_HAND + 1], *fds = at_hand;
	struct epoll_watch w;
	int r = -1;

	epoll_watch_init(&w, 1);
	if (!watch_members(&w, l)) {
		if (w.count > EPOLL_AT_HAND)
			fds = malloc((w.count + 1) * sizeof *fds);
		r = fds ? wait_for_listed(c, &w, l, fds) : -1;
	}
	if (fds != at_hand)
		free(fds);
	epoll_watch_free(&w);
	return r;
}

static int wait_for_members(struct call *c)
{
	struct epoll_list l;
	int r;

	if (epoll_list_take(&l, c->set))
		return -1;
	r = wait_for_list(c, &l);
	epoll_list_free(&l);
	return r;
}

static int wait_in_kernel(struct call *c)
{
	const int r = REAL(epoll_pwait)(c->epfd, c->events, c->max, deadline_ms(c->deadline), c->mask);
	const int sifted = r > 0 ? epoll_sets_sift(c->events, r) : r;

	c->looked_in_vain = r > sifted ? c->looked_in_vain + 1 : 0;
	return sifted;
}

static int wait_once(struct call *c)
{
	const uint32_t ticket = epoll_sets_enter(c->set);
	const int r = epoll_concerns(c->epfd) ? wait_for_members(c) : wait_in_kernel(c);
	const int saved = errno;

	epoll_sets_leave(c->set, c->epfd, ticket);
	errno = saved;
	return r;
}

static int wait_here(int epfd, struct epoll_event *events, int max, const struct timespec *timeout,
		     const sigset_t *mask)
{
	struct call c = {epfd, epoll_set(epfd), events, max, mask, 0, 0};
	int r = waiting_refused(timeout, mask);

	if (r)
		return result(-r);
	c.deadline = deadline_ns(timeout);
	do {
		if (c.looked_in_vain > 1)
			epoll_sets_yield(c.set, epfd, c.looked_in_vain);
		r = wait_once(&c);
	} while (!r && !deadline_is_over(c.deadline));
	return r;
}

static int is_ours(int epfd, int max)
{
	return epoll_set(epfd) >= 0 && max > 0;
}

EXPORT int epoll_wait(int epfd, struct epoll_event *events, int max, int ms)
{
	struct timespec t;

	if (!is_ours(epfd, max))
		return REAL(epoll_wait)(epfd, events, max, ms);
	return wait_here(epfd, events, max, waiting_timeout(ms, &t), NULL);
}

EXPORT int epoll_pwait(int epfd, struct epoll_event *events, int max, int ms, const sigset_t *mask)
{
	struct timespec t;

	if (!is_ours(epfd, max))
		return REAL(epoll_pwait)(epfd, events, max, ms, mask);
	return wait_here(epfd, events, max, waiting_timeout(ms, &t), mask);
}

EXPORT int epoll_pwait2(int epfd, struct epoll_event *events, int max, const struct timespec *timeout,
			const sigset_t *mask)
{
	if (!is_ours(epfd, max))
		return REAL(epoll_pwait2)(epfd, events, max, timeout, mask);
	return wait_here(epfd, events, max, timeout, mask);
}
