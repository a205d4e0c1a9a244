// SPDX-License-Identifier: BSD-2-Clause
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -1 : 0;
}

static int read_whole(int fd, char *to, size_t length)
{
	while (length > 0) {
		ssize_t n = read(fd, to, length);
		if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
			return -1;
		if (n < 0) {
			if (errno == EAGAIN && wait_for(fd, POLLIN) < 0)
				return -1;
			continue;
		}
		to += n;
		length -= n;
	}
	return 0;
}

static int write_whole(int fd, const char *from, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, from, length, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -1;
		if (n < 0) {
			if (errno == EAGAIN && wait_for(fd, POLLOUT) < 0)
				return -1;
			continue;
		}
		from += n;
		length -= n;
	}
	return 0;
}

void wire_header(char header[WIRE_HEADER_BYTES], enum wire_kind kind, uint32_t length)
{
	memcpy(header, &length, sizeof(length));
	header[4] = (char)kind;
}

int wire_receive(int fd, struct frame *frame)
{
	char header[WIRE_HEADER_BYTES];
	uint32_t length;
	char *body;

	if (read_whole(fd, header, sizeof(header)) < 0)
		return -1;
	memcpy(&length, header, sizeof(length));
	if (length > WIRE_MAX_BODY || (body = malloc(length + 1)) == NULL)
		return -1;
	if (read_whole(fd, body, length) < 0) {
		free(body);
		return -1;
	}
	body[length] = 0;
	*frame = (struct frame){ .kind = header[4], .length = length, .body = body };
	return 0;
}

int wire_send(int fd, enum wire_kind kind, const void *body, uint32_t length)
{
	char header[WIRE_HEADER_BYTES];

	wire_header(header, kind, length);
	if (write_whole(fd, header, sizeof(header)) < 0)
		return -1;
	return write_whole(fd, body, length);
}
