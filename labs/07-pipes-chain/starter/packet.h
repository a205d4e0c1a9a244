// SPDX-License-Identifier: BSD-2-Clause
/* Where the headers of a frame are. You found them yourself in an earlier lab. */
#ifndef PACKET_H
#define PACKET_H

#include <stddef.h>
#include <stdint.h>

struct packet {
	uint8_t *eth;	/* 14 bytes: destination, source, type; NULL when the frame is shorter */
	uint8_t *ip;	/* a whole IPv4 header, or NULL; source at 12, destination at 16, 4 bytes each */
	uint8_t *ports;	/* source and destination port of UDP or TCP, 2 bytes each, or NULL */
};

/* A 16-bit number as packets carry it, most significant byte first. */
static inline uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Only what is there, whole and sound, is found. A later fragment has no ports. */
static inline struct packet
find_headers(uint8_t *frame, size_t len)
{
	struct packet p = { 0 };
	size_t type = 12, header, total;

	if (len < 14)
		return p;
	p.eth = frame;
	while (len >= type + 6 && (be16(frame + type) == 0x8100 || be16(frame + type) == 0x88a8))
		type += 4;
	if (len < type + 2 + 20 || be16(frame + type) != 0x0800)
		return p;
	frame += type + 2;
	header = (frame[0] & 0x0f) * 4;
	total = be16(frame + 2);
	if (frame[0] >> 4 != 4 || header < 20 || total < header || total > len - type - 2)
		return p;
	p.ip = frame;
	if ((frame[9] == 17 || frame[9] == 6) && (be16(frame + 6) & 0x1fff) == 0 && total >= header + 8)
		p.ports = frame + header;
	return p;
}

/*
 * A number that all packets of a flow have in common, in both directions: it does not change when source and destination
 * change places. Fragments, and frames that are not IPv4, are told apart by their addresses alone.
 */
static inline uint32_t
flow_number(uint8_t *frame, size_t len)
{
	struct packet p = find_headers(frame, len);
	uint32_t sum = 0;

	if (p.ip != NULL)
		for (int i = 0; i < 4; i += 2)
			sum += be16(p.ip + 12 + i) + be16(p.ip + 16 + i);
	else if (p.eth != NULL)
		for (int i = 0; i < 6; i += 2)
			sum += be16(p.eth + i) + be16(p.eth + 6 + i);
	if (p.ports != NULL)
		sum += be16(p.ports) + be16(p.ports + 2);
	return sum;
}

#endif
