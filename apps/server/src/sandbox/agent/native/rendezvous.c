// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "rendezvous.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The first byte, 0, makes it a name of the network namespace, which the sandbox has of its own. */
static const char NAME[] = "\0ringlab-agent";

#define BACKLOG 128
#define ATTEMPTS 500
#define ATTEMPT_US 10000

static socklen_t fill(struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(address->sun_path, NAME, sizeof(NAME) - 1);
	return offsetof(struct sockaddr_un, sun_path) + sizeof(NAME) - 1;
}

static int failed(int fd)
{
	int why = errno;

	if (fd >= 0)
		close(fd);
	errno = why;
	return -1;
}

int rendezvous_listen(void)
{
	struct sockaddr_un address;
	socklen_t length = fill(&address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, BACKLOG) < 0)
		return failed(fd);
	return fd;
}

int rendezvous_connect(void)
{
	struct sockaddr_un address;
	socklen_t length = fill(&address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	for (int i = 0; fd >= 0 && i < ATTEMPTS; i++) {
		if (connect(fd, (struct sockaddr *)&address, length) == 0)
			return fd;
		if (errno != ECONNREFUSED)
			break;
		usleep(ATTEMPT_US);
	}
	return failed(fd);
}

/* Programs are of this process's user and cannot become another; there is no other but root, who has no name in a user namespace of its own. */
int rendezvous_accept(int listener)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid != getuid())
		return fd;
	errno = EACCES;
	return failed(fd);
}
