// SPDX-License-Identifier: BSD-2-Clause
//
// Reading and writing, which a netmap device refuses, and receiving a descriptor over a socket.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "client/fds.h"
#include "client/real.h"

// What <unistd.h> turns read() and pread() into with _FORTIFY_SOURCE.
ssize_t __read_chk(int fd, void *to, size_t bytes, size_t room);
ssize_t __pread_chk(int fd, void *to, size_t bytes, off_t at, size_t room);
ssize_t __pread64_chk(int fd, void *to, size_t bytes, off64_t at, size_t room);

// ---- a netmap device is not read or written (seeking fails on a FIFO as it does there) ----

static int is_open_for(uint16_t desc, int mode)
{
	const int opened = fd_open_flags(desc) & O_ACCMODE;

	return opened == O_RDWR || opened == mode;
}

static ssize_t refuse(uint16_t desc, int mode)
{
	errno = is_open_for(desc, mode) ? EINVAL : EBADF;
	return -1;
}

#define DEFINE_REFUSED(mode, name, parameters, arguments)                                        \
	EXPORT ssize_t name parameters                                                           \
	{                                                                                        \
		const int desc = fd_netmap(fd);                                                  \
                                                                                                 \
		return desc >= 0 ? refuse(desc, mode) : REAL(name) arguments;                    \
	}

DEFINE_REFUSED(O_RDONLY, read, (int fd, void *to, size_t bytes), (fd, to, bytes))
DEFINE_REFUSED(O_RDONLY, __read_chk, (int fd, void *to, size_t bytes, size_t room), (fd, to, bytes, room))
DEFINE_REFUSED(O_RDONLY, pread, (int fd, void *to, size_t bytes, off_t at), (fd, to, bytes, at))
DEFINE_REFUSED(O_RDONLY, pread64, (int fd, void *to, size_t bytes, off64_t at), (fd, to, bytes, at))
DEFINE_REFUSED(O_RDONLY, __pread_chk, (int fd, void *to, size_t bytes, off_t at, size_t room), (fd, to, bytes, at, room))
DEFINE_REFUSED(O_RDONLY, __pread64_chk, (int fd, void *to, size_t bytes, off64_t at, size_t room), (fd, to, bytes, at, room))
DEFINE_REFUSED(O_RDONLY, readv, (int fd, const struct iovec *parts, int count), (fd, parts, count))
DEFINE_REFUSED(O_RDONLY, preadv, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
DEFINE_REFUSED(O_RDONLY, preadv64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))
DEFINE_REFUSED(O_RDONLY, preadv2, (int fd, const struct iovec *parts, int count, off_t at, int flags), (fd, parts, count, at, flags))
DEFINE_REFUSED(O_RDONLY, preadv64v2, (int fd, const struct iovec *parts, int count, off64_t at, int flags), (fd, parts, count, at, flags))
DEFINE_REFUSED(O_WRONLY, write, (int fd, const void *from, size_t bytes), (fd, from, bytes))
DEFINE_REFUSED(O_WRONLY, pwrite, (int fd, const void *from, size_t bytes, off_t at), (fd, from, bytes, at))
DEFINE_REFUSED(O_WRONLY, pwrite64, (int fd, const void *from, size_t bytes, off64_t at), (fd, from, bytes, at))
DEFINE_REFUSED(O_WRONLY, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
DEFINE_REFUSED(O_WRONLY, pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
DEFINE_REFUSED(O_WRONLY, pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))
DEFINE_REFUSED(O_WRONLY, pwritev2, (int fd, const struct iovec *parts, int count, off_t at, int flags), (fd, parts, count, at, flags))
DEFINE_REFUSED(O_WRONLY, pwritev64v2, (int fd, const struct iovec *parts, int count, off64_t at, int flags), (fd, parts, count, at, flags))

// ---- a descriptor that comes over a socket ----

static void adopt_all(const struct cmsghdr *c)
{
	const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int fd;

	for (size_t i = 0; i < count; i++) {
		memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
		fd_adopt(fd);
	}
}

static void adopt_received(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			adopt_all(c);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	const ssize_t r = REAL(recvmsg)(fd, m, flags);

	if (r >= 0 && m->msg_controllen)
		adopt_received(m);
	return r;
}

EXPORT int recvmmsg(int fd, struct mmsghdr *m, unsigned count, int flags, struct timespec *timeout)
{
	const int r = REAL(recvmmsg)(fd, m, count, flags, timeout);

	for (int i = 0; i < r; i++)
		if (m[i].msg_hdr.msg_controllen)
			adopt_received(&m[i].msg_hdr);
	return r;
}
