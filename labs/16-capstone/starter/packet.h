// SPDX-License-Identifier: BSD-2-Clause
/* Numbers as packets carry them, and which flow a packet belongs to. */
#ifndef PACKET_H
#define PACKET_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { ETHERNET_BYTES = 14, IP_BYTES = 20, TYPE_IPV4 = 0x0800 };

/* 16 and 32 bits, the highest byte first. */
static inline uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static inline void
put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void
put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value & 0xffff);
}

/* The sum of IP over so many bytes, an even number, with carries added back. 0xffff over a header whose checksum is right. */
static inline uint16_t
ip_sum(const uint8_t *p, size_t bytes)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < bytes; i += 2)
		sum += be16(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/*
 * A number that all packets of a flow have in common, in both directions. Of what is no sound IPv4 the MAC addresses
 * alone count; of fragments, the IP addresses alone.
 */
static inline uint32_t
flow_number(const uint8_t *frame, size_t len)
{
	const uint8_t *ip = frame + ETHERNET_BYTES;
	uint32_t sum = 0;

	if (len < ETHERNET_BYTES)
		return 0;
	for (int i = 0; i < 12; i += 2)
		sum += be16(frame + i);
	if (len < ETHERNET_BYTES + IP_BYTES || be16(frame + 12) != TYPE_IPV4 || ip[0] >> 4 != 4)
		return sum;
	sum = (be32(ip + 12) ^ be32(ip + 16)) * 2654435761u >> 16;
	if (ip[0] == 0x45 && (be16(ip + 6) & 0x3fff) == 0 && (ip[9] == 17 || ip[9] == 6) && len >= 38)
		sum += be16(ip + 20) ^ be16(ip + 22);
	return sum;
}

#endif
