// SPDX-License-Identifier: BSD-2-Clause
/*
 * What QEMU says on a stream socket about a network card: each frame after its length.
 *
 *     0        4                  4 + length
 *     | length | the frame's bytes | length | ...
 *
 * The length has 32 bits, the highest byte first. A read may end anywhere, in the middle of a length as well.
 */
#ifndef LINK_H
#define LINK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	LENGTH_BYTES = 4,
	LONGEST_FRAME = 68 * 1024,	/* no card sends more: a length beyond it is a broken stream */
	BUFFER_BYTES = 256 * 1024,	/* of whoever speaks here, each way */
};

static inline uint32_t
get_length(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void
put_length(uint8_t *p, uint32_t length)
{
	p[0] = (uint8_t)(length >> 24);
	p[1] = (uint8_t)(length >> 16);
	p[2] = (uint8_t)(length >> 8);
	p[3] = (uint8_t)length;
}

static inline struct sockaddr_un
socket_address(const char *path)
{
	struct sockaddr_un address;

	memset(&address, 0, sizeof(address));
	address.sun_family = AF_UNIX;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static inline void __attribute__((noreturn))
give_up(const char *what)
{
	perror(what);
	exit(1);
}

#endif
