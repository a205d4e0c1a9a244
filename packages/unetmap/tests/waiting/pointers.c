// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that pointers to nowhere get EFAULT, where netmap descriptors and its path are concerned as elsewhere, and that
// arrays that lie on several pages are no such.
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "../control/requests.h"

enum { PAGE_BYTES = 4096, MANY = 600 };

static struct port_user a;
static char *hole, *text; // no page, and one that is not written

static int error_of(int r)
{
	return r < 0 ? errno : 0;
}

static void check_poll(void *nowhere)
{
	struct timespec now = {0, 0};
	struct pollfd p = {a.fd, POLLOUT, 0};

	WANT(EFAULT, error_of(poll(nowhere, 1, 0)));
	WANT(EFAULT, error_of(ppoll(nowhere, 1, &now, NULL)));
	WANT(0, error_of(poll(NULL, 0, 0)));
	if (!nowhere)
		return;
	WANT(EFAULT, error_of(ppoll(&p, 1, nowhere, NULL)));
	WANT(EFAULT, error_of(ppoll(&p, 1, &now, nowhere)));
}

static void check_select(void *nowhere)
{
	struct timeval now = {0, 0};
	fd_set sending;

	if (!nowhere)
		return;
	FD_ZERO(&sending);
	FD_SET(a.fd, &sending);
	WANT(EFAULT, error_of(select(a.fd + 1, nowhere, &sending, NULL, &now)));
	WANT(EFAULT, error_of(select(a.fd + 1, NULL, nowhere, NULL, &now)));
	WANT(EFAULT, error_of(select(a.fd + 1, NULL, &sending, nowhere, &now)));
	WANT(EFAULT, error_of(select(a.fd + 1, NULL, &sending, NULL, nowhere)));
	WANT(EFAULT, error_of(pselect(a.fd + 1, NULL, &sending, NULL, nowhere, NULL)));
}

static void check_epoll(void *nowhere)
{
	struct epoll_event e = {.events = EPOLLOUT, .data.u32 = 7};
	int set = epoll_create1(EPOLL_CLOEXEC);

	WANT(EFAULT, error_of(epoll_ctl(set, EPOLL_CTL_ADD, a.fd, nowhere)));
	WANT(0, error_of(epoll_ctl(set, EPOLL_CTL_ADD, a.fd, &e)));
	WANT(EFAULT, error_of(epoll_ctl(set, EPOLL_CTL_MOD, a.fd, nowhere)));
	WANT(EFAULT, error_of(epoll_wait(set, nowhere, 1, 0)));
	WANT(EFAULT, error_of(epoll_pwait(set, nowhere, 1, 0, NULL)));
	if (nowhere)
		WANT(EFAULT, error_of(epoll_pwait2(set, &e, 1, nowhere, NULL)));
	CHECK(epoll_wait(set, &e, 1, 0) == 1 && e.data.u32 == 7, "not ready any more");
	WANT(0, error_of(epoll_ctl(set, EPOLL_CTL_DEL, a.fd, nowhere)));
	close(set);
}

static void check_paths(void *nowhere)
{
	struct stat st;

	WANT(EFAULT, error_of(open(nowhere, O_RDWR)));
	WANT(EFAULT, error_of(openat(AT_FDCWD, nowhere, O_RDWR)));
	WANT(EFAULT, error_of(creat(nowhere, 0600)));
	WANT(EFAULT, error_of(access(nowhere, F_OK)));
	WANT(EFAULT, error_of(faccessat(AT_FDCWD, nowhere, F_OK, 0)));
	WANT(EFAULT, error_of(stat(nowhere, &st)));
	WANT(EFAULT, error_of(lstat(nowhere, &st)));
	WANT(EFAULT, error_of(fstatat(AT_FDCWD, nowhere, &st, 0)));
	WANT(EFAULT, error_of(stat(NETMAP_DEVICE_NAME, nowhere)));
	WANT(EFAULT, error_of(fstat(a.fd, nowhere)));
	WANT(EFAULT, error_of(statx(AT_FDCWD, NETMAP_DEVICE_NAME, 0, STATX_TYPE, nowhere)));
}

static void check_nowhere(void *nowhere)
{
	check_poll(nowhere);
	check_select(nowhere);
	check_epoll(nowhere);
	check_paths(nowhere);
}

// Up to the last byte before the hole, and one further.
static void check_edges(void)
{
	char *const last = hole - sizeof NETMAP_DEVICE_NAME;
	struct pollfd *p = (struct pollfd *)hole - 2;
	int fd;

	memcpy(last, NETMAP_DEVICE_NAME, sizeof NETMAP_DEVICE_NAME);
	WANT(0, error_of(access(last, F_OK)));
	fd = open(last, O_RDWR);
	CHECK(fd >= 0, "a path before a hole: %s", strerror(errno));
	close(fd);
	memcpy(last + 1, NETMAP_DEVICE_NAME, sizeof NETMAP_DEVICE_NAME - 1);
	WANT(EFAULT, error_of(access(last + 1, F_OK)));
	WANT(EFAULT, error_of(open(last + 1, O_RDWR)));
	p[0] = p[1] = (struct pollfd){a.fd, POLLOUT, 0};
	CHECK(poll(p, 2, 0) == 2, "an array before a hole");
	WANT(EFAULT, error_of(poll(p, 3, 0)));
}

static void check_long_array(void)
{
	struct pollfd p[MANY];

	for (int i = 0; i < MANY; i++)
		p[i] = (struct pollfd){a.fd, POLLOUT, 0};
	CHECK(poll(p, MANY, 0) == MANY, "an array of several pages");
}

static void check_unwritten(void)
{
	struct epoll_event e = {.events = EPOLLOUT};
	int set = epoll_create1(EPOLL_CLOEXEC);

	strcpy(text, NETMAP_DEVICE_NAME);
	CHECK(!mprotect(text, PAGE_BYTES, PROT_READ), "mprotect");
	WANT(0, error_of(access(text, F_OK)));
	WANT(0, error_of(epoll_ctl(set, EPOLL_CTL_ADD, a.fd, &e)));
	WANT(EFAULT, error_of(epoll_wait(set, (struct epoll_event *)text, 1, 0)));
	WANT(EFAULT, error_of(stat(NETMAP_DEVICE_NAME, (struct stat *)text)));
	close(set);
}

int main(void)
{
#if defined __SANITIZE_THREAD__ || defined __SANITIZE_ADDRESS__
	printf("SKIP: sanitizers look behind pointers before they are asked about\n");
	return 77;
#endif
	WANT(0, use(&a, "vale0:a"));
	hole = mmap(NULL, 2 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	hole += PAGE_BYTES;
	text = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(!mprotect(hole, PAGE_BYTES, PROT_NONE), "mprotect");
	check_nowhere(NULL);
	check_nowhere((void *)8);
	check_nowhere((void *)-16);
	check_nowhere(hole + 64);
	check_edges();
	check_long_array();
	check_unwritten();
	return failures != 0;
}
