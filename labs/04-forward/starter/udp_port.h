// SPDX-License-Identifier: BSD-2-Clause
/* The UDP port that a frame goes to, as you found it in the lab before. */
#ifndef UDP_PORT_H
#define UDP_PORT_H

#include <stddef.h>
#include <stdint.h>

/* A 16-bit number as packets carry it, most significant byte first. */
static inline uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/*
 * The destination port of an IPv4 UDP packet; -1 for everything else: other protocols, fragments without a UDP header,
 * and frames whose lengths contradict each other.
 */
static inline int
udp_port(const uint8_t *frame, size_t len)
{
	const uint8_t *ip, *udp;
	size_t type = 12, left, header, total;

	while (len >= type + 6 && (be16(frame + type) == 0x8100 || be16(frame + type) == 0x88a8))
		type += 4;
	if (len < type + 2 + 20 || be16(frame + type) != 0x0800)
		return -1;

	ip = frame + type + 2;
	left = len - type - 2;
	header = (ip[0] & 0x0f) * 4;
	total = be16(ip + 2);
	if (ip[0] >> 4 != 4 || header < 20 || total < header + 8 || total > left)
		return -1;
	if (ip[9] != 17 || (be16(ip + 6) & 0x1fff) != 0)
		return -1;

	udp = ip + header;
	return be16(udp + 4) >= 8 ? be16(udp + 2) : -1;
}

#endif
