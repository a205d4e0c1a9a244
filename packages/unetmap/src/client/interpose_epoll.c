// SPDX-License-Identifier: BSD-2-Clause
//
// epoll_ctl, epoll_wait, epoll_pwait and epoll_pwait2.
#include <errno.h>
#include <sys/epoll.h>

#include "client/epoll_sets.h"
#include "client/fds.h"
#include "client/real.h"
#include "client/waiting.h"
#include "core/segment.h"
#include "ports/sync.h"

enum { MAX_WATCHED = 256 };

// Asking the kernel to take out what it never had tells whether epfd is an epoll set.
static int check_set(int epfd, int fd)
{
	return REAL(epoll_ctl)(epfd, EPOLL_CTL_DEL, fd, NULL) && errno != ENOENT ? -1 : 0;
}

EXPORT int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	int error;

	if (fd_desc(fd) < 0)
		return REAL(epoll_ctl)(epfd, op, fd, event);
	if (check_set(epfd, fd))
		return -1;
	error = epoll_sets_control(epfd, op, fd, event);
	if (!error)
		return 0;
	errno = -error;
	return -1;
}

// ---- waiting ----

struct epoll_judge {
	struct waiting_judge judge;
	struct epoll_member *members;
};

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

// Entry 0 is the kernel's set; it is no netmap descriptor and is never asked about.
static short judge_member(struct waiting_judge *judge, nfds_t n, uint16_t desc, short events)
{
	struct epoll_member *m = &((struct epoll_judge *)judge)->members[n - 1];
	struct desc *d = &segment->descs[desc];
	short ready = sync_for_poll(d, events);

	if (m->asked.events & EPOLLET) {
		ready = only_edges(m, d, ready, RX, POLLIN | POLLRDNORM);
		ready = only_edges(m, d, ready, TX, POLLOUT | POLLWRNORM);
	}
	return ready;
}

static void report(int epfd, struct epoll_member *m, short ready, struct epoll_event *event)
{
	struct desc *d = &segment->descs[fd_desc(m->fd)];

	event->events = (unsigned short)ready;
	event->data = m->asked.data;
	if (ready & (POLLIN | POLLRDNORM))
		m->seen[RX] = sync_signature(d, RX);
	if (ready & (POLLOUT | POLLWRNORM))
		m->seen[TX] = sync_signature(d, TX);
	epoll_sets_reported(epfd, m);
}

static int report_ready(int epfd, struct epoll_member *members, const struct pollfd *fds, int count,
			struct epoll_event *events, int max)
{
	int reported = 0;

	for (int i = 0; i < count && reported < max; i++)
		if (fds[i].revents && fd_desc(members[i].fd) >= 0)
			report(epfd, &members[i], fds[i].revents, &events[reported++]);
	return reported;
}

// If others are ready too, they get their share of a small array.
static int netmap_share(int max, int others_ready)
{
	static int turn;

	if (!others_ready)
		return max;
	return max > 1 ? max - 1 : ++turn & 1;
}

static int wait_members(int epfd, struct epoll_event *events, int max, const struct timespec *timeout,
			const sigset_t *mask)
{
	struct epoll_member members[MAX_WATCHED];
	struct pollfd fds[MAX_WATCHED + 1];
	int count = epoll_sets_members(epfd, members, MAX_WATCHED);
	struct epoll_judge judge = {{judge_member}, members};
	int r, taken;

	fds[0] = (struct pollfd){epfd, POLLIN, 0};
	for (int i = 0; i < count; i++)
		fds[i + 1] = (struct pollfd){members[i].fd, members[i].asked.events & 0x7fff, 0};
	r = waiting_ppoll(fds, count + 1, timeout, mask, &judge.judge);
	if (r <= 0)
		return r;
	taken = report_ready(epfd, members, fds + 1, count, events, netmap_share(max, fds[0].revents != 0));
	if (fds[0].revents && taken < max) {
		r = REAL(epoll_wait)(epfd, events + taken, max - taken, 0);
		return r < 0 ? r : taken + r;
	}
	return taken;
}

static int wait_here(int epfd, struct epoll_event *events, int max, const struct timespec *timeout,
		     const sigset_t *mask)
{
	if (max > 0)
		return wait_members(epfd, events, max, timeout, mask);
	errno = EINVAL;
	return -1;
}

EXPORT int epoll_wait(int epfd, struct epoll_event *events, int max, int ms)
{
	struct timespec t;

	if (!epoll_concerns(epfd))
		return REAL(epoll_wait)(epfd, events, max, ms);
	return wait_here(epfd, events, max, waiting_timeout(ms, &t), NULL);
}

EXPORT int epoll_pwait(int epfd, struct epoll_event *events, int max, int ms, const sigset_t *mask)
{
	struct timespec t;

	if (!epoll_concerns(epfd))
		return REAL(epoll_pwait)(epfd, events, max, ms, mask);
	return wait_here(epfd, events, max, waiting_timeout(ms, &t), mask);
}

EXPORT int epoll_pwait2(int epfd, struct epoll_event *events, int max, const struct timespec *timeout,
			const sigset_t *mask)
{
	if (!epoll_concerns(epfd))
		return REAL(epoll_pwait2)(epfd, events, max, timeout, mask);
	return wait_here(epfd, events, max, timeout, mask);
}
