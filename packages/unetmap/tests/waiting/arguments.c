// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that timeouts that are none, and changes of an exclusive member of an epoll set, are refused as Linux refuses
// them: what is wanted is first asked of an eventfd.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>

#include "../control/requests.h"

static struct port_user a;

static int error_of(int r)
{
	return r < 0 ? errno : 0;
}

static int ask_ppoll(int fd, struct timespec t)
{
	struct pollfd p = {fd, POLLIN, 0};

	return error_of(ppoll(&p, 1, &t, NULL));
}

static int ask_select(int fd, struct timeval t)
{
	fd_set readable;

	FD_ZERO(&readable);
	FD_SET(fd, &readable);
	return error_of(select(fd + 1, &readable, NULL, NULL, &t));
}

static int ask_pselect(int fd, struct timespec t)
{
	fd_set readable;

	FD_ZERO(&readable);
	FD_SET(fd, &readable);
	return error_of(pselect(fd + 1, &readable, NULL, NULL, &t, NULL));
}

static int control(int set, int op, int fd, uint32_t events)
{
	struct epoll_event e = {.events = events};

	return error_of(epoll_ctl(set, op, fd, &e));
}

static int ask_pwait2(int fd, struct timespec t)
{
	struct epoll_event e;
	int set = epoll_create1(EPOLL_CLOEXEC), error;

	WANT(0, control(set, EPOLL_CTL_ADD, fd, EPOLLIN));
	error = error_of(epoll_pwait2(set, &e, 1, &t, NULL));
	close(set);
	return error;
}

static void check_timeouts(int fd)
{
	const struct timespec none[] = {{0, 2000000000}, {0, -1}, {-1, 0}, {0, 1000000000}};

	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		WANT(EINVAL, ask_ppoll(fd, none[i]));
		WANT(EINVAL, ask_pselect(fd, none[i]));
		WANT(EINVAL, ask_pwait2(fd, none[i]));
	}
	WANT(EINVAL, ask_select(fd, (struct timeval){-1, 0}));
	WANT(EINVAL, ask_select(fd, (struct timeval){0, -1}));
	WANT(0, ask_select(fd, (struct timeval){0, 1200000}));
	WANT(0, ask_ppoll(fd, (struct timespec){0, 999999}));
}

static void check_exclusive(int fd)
{
	int set = epoll_create1(EPOLL_CLOEXEC);

	WANT(EINVAL, control(set, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLONESHOT | EPOLLEXCLUSIVE));
	WANT(EINVAL, control(set, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLEXCLUSIVE));
	WANT(ENOENT, control(set, EPOLL_CTL_MOD, fd, EPOLLIN));
	WANT(0, control(set, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET | EPOLLEXCLUSIVE));
	WANT(EINVAL, control(set, EPOLL_CTL_MOD, fd, EPOLLIN));
	WANT(0, control(set, EPOLL_CTL_DEL, fd, 0));
	WANT(0, control(set, EPOLL_CTL_ADD, fd, EPOLLIN));
	WANT(EINVAL, control(set, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLEXCLUSIVE));
	WANT(0, control(set, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT));
	close(set);
}

static void check(int fd)
{
	check_timeouts(fd);
	check_exclusive(fd);
}

int main(void)
{
	WANT(0, use(&a, "vale0:a"));
	check(eventfd(1, EFD_CLOEXEC));
	CHECK(!failures, "this is what Linux says");
	check(a.fd);
	return failures != 0;
}
