// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that a netmap descriptor that came by exec or over a socket is one from the first call on, whichever that is.
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "../control/requests.h"

// ---- first calls: each returns 0 if the descriptor is netmap's, with a frame to receive and room to send ----

static int by_poll(int fd)
{
	struct pollfd p = {fd, POLLIN | POLLOUT, 0};

	return poll(&p, 1, 0) != 1 || p.revents != (POLLIN | POLLOUT);
}

static int by_ppoll(int fd)
{
	struct pollfd p = {fd, POLLIN | POLLOUT, 0};
	struct timespec now = {0, 0};

	return ppoll(&p, 1, &now, NULL) != 1 || p.revents != (POLLIN | POLLOUT);
}

static int by_select(int fd)
{
	struct timeval now = {0, 0};
	fd_set readable, writable;

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_SET(fd, &readable);
	FD_SET(fd, &writable);
	return select(fd + 1, &readable, &writable, NULL, &now) != 2;
}

static int by_epoll(int fd)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLOUT};
	int set = epoll_create1(EPOLL_CLOEXEC);

	return epoll_ctl(set, EPOLL_CTL_ADD, fd, &e) || epoll_wait(set, &e, 1, 0) != 1 || e.events != (EPOLLIN | EPOLLOUT);
}

static int by_read(int fd)
{
	char byte;

	return read(fd, &byte, 1) != -1 || errno != EINVAL;
}

static int by_write(int fd)
{
	return write(fd, "", 1) != -1 || errno != EINVAL;
}

static int by_readv(int fd)
{
	char byte;
	struct iovec part = {&byte, 1};

	return readv(fd, &part, 1) != -1 || errno != EINVAL;
}

static int by_pread(int fd)
{
	char byte;

	return pread(fd, &byte, 1, 0) != -1 || errno != EINVAL;
}

static int by_pwrite(int fd)
{
	return pwrite(fd, "", 1, 0) != -1 || errno != EINVAL;
}

static int by_preadv2(int fd)
{
	char byte;
	struct iovec part = {&byte, 1};

	return preadv2(fd, &part, 1, -1, RWF_NOWAIT) != -1 || errno != EINVAL;
}

static int by_pwritev2(int fd)
{
	struct iovec part = {"", 1};

	return pwritev2(fd, &part, 1, -1, 0) != -1 || errno != EINVAL;
}

static int by_fstat(int fd)
{
	struct stat st;

	return fstat(fd, &st) || !S_ISCHR(st.st_mode);
}

static int by_statx(int fd)
{
	struct statx st;

	return statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &st) || !S_ISCHR(st.stx_mode);
}

static int by_flags(int fd)
{
	return fcntl(fd, F_GETFL) & O_NONBLOCK;
}

static int by_copy(int fd)
{
	int copy = dup(fd), r;

	close(fd);
	r = by_poll(copy);
	close(copy);
	return r;
}

static int by_second_number(int fd)
{
	int number = dup2(fd, 100);

	return by_fstat(number);
}

static const struct way {
	const char *name;
	int (*ask)(int fd);
} ways[] = {
	{"poll", by_poll},	{"ppoll", by_ppoll}, {"select", by_select}, {"epoll_ctl", by_epoll}, {"read", by_read},
	{"write", by_write},	{"readv", by_readv}, {"pread", by_pread},   {"pwrite", by_pwrite},   {"fstat", by_fstat},
	{"preadv2", by_preadv2}, {"pwritev2", by_pwritev2},
	{"statx", by_statx},	{"fcntl", by_flags}, {"dup", by_copy},	    {"dup2", by_second_number},
};

enum { WAYS = sizeof ways / sizeof ways[0] };

// ---- how it comes ----

static void check_exec(const char *program, int fd, int way)
{
	char number[16], which[16];
	pid_t child = fork();
	int status;

	if (!child) {
		snprintf(number, sizeof number, "%d", dup(fd));
		snprintf(which, sizeof which, "%d", way);
		execl(program, program, number, which, (char *)NULL);
		_exit(99);
	}
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "%s after exec: status %x", ways[way].name, status);
}

static void send_fd(int to, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof fd)] = {0};
	struct iovec part = {&byte, 1};
	struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	CHECK(sendmsg(to, &m, 0) == 1, "sendmsg: %s", strerror(errno));
}

static int receive_fd(int from, int many)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {&byte, 1};
	struct mmsghdr m = {{.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control}, 0};
	int fd = -1;

	if (many ? recvmmsg(from, &m, 1, 0, NULL) == 1 : recvmsg(from, &m.msg_hdr, 0) == 1)
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m.msg_hdr)), sizeof fd);
	return fd;
}

// The number it gets there stood for something else before.
static int be_given(int from, int many, int way)
{
	int before[2], fd;
	char byte;

	if (pipe2(before, O_NONBLOCK) || read(before[0], &byte, 1) != -1)
		return 2;
	close(before[0]);
	fd = receive_fd(from, many);
	return fd != before[0] || ways[way].ask(fd);
}

static void check_passed(struct port_user *u, int many, int way)
{
	int ends[2], status;
	pid_t child;

	CHECK(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), "no sockets");
	child = fork();
	if (!child) {
		close(u->fd);
		_exit(be_given(ends[1], many, way));
	}
	send_fd(ends[0], u->fd);
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "%s over a socket: status %x", ways[way].name, status);
	close(ends[0]);
	close(ends[1]);
}

int main(int argc, char **argv)
{
	struct port_user a, b;

	if (argc > 2)
		return ways[atoi(argv[2])].ask(atoi(argv[1]));
	WANT(0, use(&a, "vale0:a"));
	WANT(0, use(&b, "vale0:b"));
	send_numbers(&a, 0, 1);
	for (int way = 0; way < WAYS; way++) {
		check_exec(argv[0], b.fd, way);
		check_passed(&b, way % 2, way);
	}
	return failures != 0;
}
