// SPDX-License-Identifier: BSD-2-Clause
//
// poll, ppoll, select and pselect.
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>

#include "client/deadline.h"
#include "client/fds.h"
#include "client/real.h"
#include "client/user_pages.h"
#include "client/waiting.h"
#include "client/waiting_sets.h"

// What <poll.h> turns poll() and ppoll() into with _FORTIFY_SOURCE.
int __poll_chk(struct pollfd *fds, nfds_t count, int ms, size_t room);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
		size_t room);

static int poll_here(struct pollfd *fds, nfds_t count, int ms)
{
	struct timespec t;

	return waiting_with_sets(fds, count, waiting_timeout(ms, &t), NULL);
}

EXPORT int poll(struct pollfd *fds, nfds_t count, int ms)
{
	return waiting_concerns_sets(fds, count) ? poll_here(fds, count, ms) : REAL(poll)(fds, count, ms);
}

EXPORT int __poll_chk(struct pollfd *fds, nfds_t count, int ms, size_t room)
{
	if (room / sizeof *fds >= count && waiting_concerns_sets(fds, count))
		return poll_here(fds, count, ms);
	return REAL(__poll_chk)(fds, count, ms, room);
}

EXPORT int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	if (waiting_concerns_sets(fds, count))
		return waiting_with_sets(fds, count, timeout, mask);
	return REAL(ppoll)(fds, count, timeout, mask);
}

EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
		       size_t room)
{
	if (room / sizeof *fds >= count && waiting_concerns_sets(fds, count))
		return waiting_with_sets(fds, count, timeout, mask);
	return REAL(__ppoll_chk)(fds, count, timeout, mask, room);
}

// ---- select: the same with bits ----

enum { US_PER_S = 1000 * 1000 };

struct fd_sets {
	fd_set *read, *write, *except;
};

static int is_in(const fd_set *set, int fd)
{
	return set && FD_ISSET(fd, set);
}

static int may_change(const fd_set *set, int limit)
{
	return !set || user_may_write(set, ((limit < FD_SETSIZE ? limit : FD_SETSIZE) + 7) / 8);
}

// The kernel says what is wrong with sets that are none.
static int concerns_select(int limit, const struct fd_sets *s)
{
	if (limit <= 0 || !may_change(s->read, limit) || !may_change(s->write, limit) || !may_change(s->except, limit))
		return 0;
	for (int fd = 0; fd < limit && fd < FD_SETSIZE; fd++)
		if ((is_in(s->read, fd) || is_in(s->write, fd) || is_in(s->except, fd)) && waiting_concerns_fd(fd))
			return 1;
	return 0;
}

static nfds_t list_fds(int limit, const struct fd_sets *s, struct pollfd *fds)
{
	nfds_t count = 0;

	for (int fd = 0; fd < limit && fd < FD_SETSIZE; fd++) {
		short events = (is_in(s->read, fd) ? POLLIN : 0) | (is_in(s->write, fd) ? POLLOUT : 0) |
			       (is_in(s->except, fd) ? POLLPRI : 0);

		if (events)
			fds[count++] = (struct pollfd){fd, events, 0};
	}
	return count;
}

static int keep(fd_set *set, const struct pollfd *p, short asked, short answers)
{
	if (!set || !(p->events & asked))
		return 0;
	if (p->revents & answers)
		return 1;
	FD_CLR(p->fd, set);
	return 0;
}

static int write_sets(struct fd_sets *s, const struct pollfd *fds, nfds_t count)
{
	int bits = 0;

	for (nfds_t i = 0; i < count; i++)
		if (fds[i].revents & POLLNVAL) {
			errno = EBADF;
			return -1;
		}
	for (nfds_t i = 0; i < count; i++) {
		bits += keep(s->read, &fds[i], POLLIN, POLLIN | POLLHUP | POLLERR);
		bits += keep(s->write, &fds[i], POLLOUT, POLLOUT | POLLERR);
		bits += keep(s->except, &fds[i], POLLPRI, POLLPRI);
	}
	return bits;
}

static int select_here(int limit, struct fd_sets *s, const struct timespec *timeout, const sigset_t *mask)
{
	struct pollfd fds[FD_SETSIZE];
	nfds_t count = list_fds(limit, s, fds);
	int r = waiting_with_sets(fds, count, timeout, mask);

	return r < 0 ? r : write_sets(s, fds, count);
}

// Linux tells in the timeout how much of it was left.
static void subtract_elapsed(struct timeval *timeout, const struct timeval *start)
{
	struct timeval now, elapsed;

	gettimeofday(&now, NULL);
	timersub(&now, start, &elapsed);
	if (timercmp(timeout, &elapsed, <))
		timerclear(timeout);
	else
		timersub(timeout, &elapsed, timeout);
}

EXPORT int select(int limit, fd_set *read, fd_set *write, fd_set *except, struct timeval *timeout)
{
	struct fd_sets s = {read, write, except};
	struct timeval start;
	struct timespec t;
	int r;

	if (!concerns_select(limit, &s))
		return REAL(select)(limit, read, write, except, timeout);
	if (!timeout)
		return select_here(limit, &s, NULL, NULL);
	if (!user_may_read(timeout, sizeof *timeout)) {
		errno = EFAULT;
		return -1;
	}
	gettimeofday(&start, NULL);
	t = (struct timespec){timeout->tv_sec + timeout->tv_usec / US_PER_S, timeout->tv_usec % US_PER_S * 1000};
	r = select_here(limit, &s, &t, NULL);
	if (timeout_is_valid(&t) && user_may_write(timeout, sizeof *timeout))
		subtract_elapsed(timeout, &start);
	return r;
}

EXPORT int pselect(int limit, fd_set *read, fd_set *write, fd_set *except, const struct timespec *timeout,
		   const sigset_t *mask)
{
	struct fd_sets s = {read, write, except};

	if (!concerns_select(limit, &s))
		return REAL(pselect)(limit, read, write, except, timeout, mask);
	return select_here(limit, &s, timeout, mask);
}
