// SPDX-License-Identifier: BSD-2-Clause
/* Where a UDP datagram is in a frame. You found it yourself in an earlier lab. */
#ifndef DATAGRAM_H
#define DATAGRAM_H

#include <stddef.h>
#include <stdint.h>

enum { ETHERNET_BYTES = 14, UDP = 17 };

struct datagram {
	uint8_t *eth;	/* 6 bytes where to, 6 where from; NULL when there is no datagram */
	uint8_t *ip;	/* 4 bytes where from at 12, 4 where to at 16 */
	uint8_t *udp;	/* 2 bytes where from, 2 where to */
};

/* A 16-bit number as packets carry it, most significant byte first. */
static inline uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Only a whole datagram is found: no fragment, no frame of another network (VLAN), nothing whose lengths contradict each other. */
static inline struct datagram
find_datagram(uint8_t *frame, size_t len)
{
	struct datagram none = { NULL, NULL, NULL }, d = { frame, frame + ETHERNET_BYTES, NULL };
	size_t header, total;

	if (len < ETHERNET_BYTES + 20 || be16(frame + 12) != 0x0800)
		return none;
	header = (d.ip[0] & 0x0f) * 4u;
	total = be16(d.ip + 2);
	if (d.ip[0] >> 4 != 4 || header < 20 || total < header + 8 || total > len - ETHERNET_BYTES)
		return none;
	if (d.ip[9] != UDP || (be16(d.ip + 6) & 0x3fff) != 0)
		return none;
	d.udp = d.ip + header;
	return be16(d.udp + 4) >= 8 && be16(d.udp + 4) <= total - header ? d : none;
}

#endif
