// SPDX-License-Identifier: BSD-2-Clause
//
// Netlink messages, built one after the other and sent at once. (A library for it would be loaded into
// every program that is preloaded, and would have to be in every sandbox.)
#ifndef UNETMAP_CORE_NETLINK_H_
#define UNETMAP_CORE_NETLINK_H_

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>

enum { NETLINK_REQUEST_BYTES = 4096 };

struct netlink_request {
	uint32_t bytes;
	uint32_t last; // where the message begins that attributes are added to
	int overflown;
	_Alignas(NLMSG_ALIGNTO) char data[NETLINK_REQUEST_BYTES];
};

// Another message. `header` is what its family has before the attributes.
void netlink_begin(struct netlink_request *r, uint16_t type, uint16_t flags, const void *header, uint32_t bytes);

void netlink_put(struct netlink_request *r, uint16_t type, const void *value, uint32_t bytes);

// Until netlink_close, what is put is inside this attribute.
uint32_t netlink_open(struct netlink_request *r, uint16_t type);
void netlink_close(struct netlink_request *r, uint32_t opened);

// Sends it. 0, or the first -errno that the kernel answered. At least one message must ask for an answer.
int netlink_ask(int fd, const struct netlink_request *r);

static inline void netlink_put_text(struct netlink_request *r, uint16_t type, const char *text)
{
	netlink_put(r, type, text, strlen(text) + 1);
}

// As netfilter wants its numbers.
static inline void netlink_put_be32(struct netlink_request *r, uint16_t type, uint32_t value)
{
	const uint32_t big_endian = htonl(value);

	netlink_put(r, type, &big_endian, sizeof big_endian);
}

#endif
