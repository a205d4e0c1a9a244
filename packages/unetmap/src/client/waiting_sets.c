// SPDX-License-Identifier: BSD-2-Clause
#include "client/waiting_sets.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "client/deadline.h"
#include "client/epoll_readiness.h"
#include "client/user_pages.h"
#include "client/waiting.h"

int waiting_concerns_sets(struct pollfd *fds, nfds_t count)
{
	if (count > INT_MAX || !user_may_write(fds, count * sizeof *fds))
		return 0; // the kernel says why not
	for (nfds_t i = 0; i < count; i++)
		if (waiting_concerns_fd(fds[i].fd))
			return 1;
	return 0;
}

static int has_sets(const struct pollfd *fds, nfds_t count)
{
	for (nfds_t i = 0; i < count; i++)
		if (fd_desc(fds[i].fd) < 0 && epoll_set(fds[i].fd) >= 0)
			return 1;
	return 0;
}

static int watch_sets(struct epoll_watch *w, const struct pollfd *fds, nfds_t count)
{
	int error = 0;

	for (nfds_t i = 0; i < count && !error; i++)
		if (fds[i].events & (POLLIN | POLLRDNORM) && fd_desc(fds[i].fd) < 0 && epoll_concerns(fds[i].fd))
			error = epoll_watch_set(w, i, epoll_set(fds[i].fd));
	return error;
}

// A set of which a member is ready is readable. Returns how many of the caller's are ready.
static int gather(const struct epoll_watch *w, struct pollfd *fds, nfds_t count, const struct pollfd *all)
{
	int ready = 0;

	memcpy(fds, all, count * sizeof *fds);
	for (int i = 0; i < w->count; i++)
		if (all[count + i].revents)
			fds[w->watched[i].because].revents |= fds[w->watched[i].because].events & (POLLIN | POLLRDNORM);
	for (nfds_t i = 0; i < count; i++)
		ready += fds[i].revents != 0;
	return ready;
}

static int wait_for_watched(struct epoll_watch *w, struct pollfd *fds, nfds_t count, int64_t deadline,
			    const sigset_t *mask)
{
	struct pollfd *all = malloc((count + w->count) * sizeof *all);
	struct timespec t;
	int r;

	if (!all)
		return -1;
	memcpy(all, fds, count * sizeof *fds);
	epoll_watch_list(w, all + count);
	r = waiting_ppoll(all, count + w->count, remaining(deadline, LOOK_AGAIN_NS, &t), mask, &w->judge);
	if (r >= 0)
		r = gather(w, fds, count, all);
	free(all);
	return r;
}

// Members come and go meanwhile: who waits long looks again.
static int wait_a_while(struct pollfd *fds, nfds_t count, int64_t deadline, const sigset_t *mask)
{
	struct epoll_watch w;
	int r;

	epoll_watch_init(&w, count);
	r = watch_sets(&w, fds, count) ? -1 : wait_for_watched(&w, fds, count, deadline, mask);
	epoll_watch_free(&w);
	return r;
}

int waiting_refused(const struct timespec *timeout, const sigset_t *mask)
{
	if ((timeout && !user_may_read(timeout, sizeof *timeout)) || (mask && !user_may_read(mask, _NSIG / 8)))
		return EFAULT;
	return timeout_is_valid(timeout) ? 0 : EINVAL;
}

int waiting_with_sets(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	int64_t deadline;
	int r;

	r = waiting_refused(timeout, mask);
	if (r) {
		errno = r;
		return -1;
	}
	if (!has_sets(fds, count))
		return waiting_ppoll(fds, count, timeout, mask, NULL);
	deadline = deadline_ns(timeout);
	do
		r = wait_a_while(fds, count, deadline, mask);
	while (!r && !deadline_is_over(deadline));
	return r;
}
