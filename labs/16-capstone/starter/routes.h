// SPDX-License-Identifier: BSD-2-Clause
/* Where this router sends what, and the addresses of those who take part. */
#ifndef ROUTES_H
#define ROUTES_H

#include <stdint.h>

struct route {
	uint32_t prefix;	/* bits behind the prefix are 0 */
	unsigned bits;		/* 0 to 32 */
	uint8_t mac[6];		/* of the next hop */
};

#define MAC_ROUTER { 2, 0, 0, 0, 0, 0xfe }
#define MAC_SINK { 2, 0, 0, 0, 0, 0x51 }
#define MAC_SCORE { 2, 0, 0, 0, 0, 0x5c }
#define MAC_HOST { 2, 0, 0, 0, 0, 0x01 }		/* of the device veth0, and so of the host's stack */
#define MAC_CONTAINER { 2, 0, 0, 0, 0, 0x02 }	/* of its other end */
#define MAC_OTHER { 2, 0, 0, 0, 0, 0x99 }

/* In no order. There is no route for everything else. */
static const struct route ROUTES[] = {
	{ 0x0a010000, 16, MAC_SINK },	/* 10.1.0.0/16 */
	{ 0x0a020000, 16, MAC_SCORE },	/* 10.2.0.0/16 */
	{ 0x0a000000, 9, MAC_OTHER },	/* 10.0.0.0/9 */
	{ 0x0a018000, 17, MAC_OTHER },	/* 10.1.128.0/17, a part of the first one */
	{ 0x0a01c800, 21, MAC_SINK },	/* 10.1.200.0/21, a part of that */
	{ 0x0a01c807, 32, MAC_SCORE },	/* 10.1.200.7 */
	{ 0xc6336400, 24, MAC_OTHER },	/* 198.51.100.0/24 */
	{ 0xcb007101, 32, MAC_HOST },	/* 203.0.113.1 */
	{ 0xcb007102, 32, MAC_CONTAINER },	/* 203.0.113.2 */
};

enum { ROUTE_COUNT = sizeof(ROUTES) / sizeof(ROUTES[0]) };

#endif
