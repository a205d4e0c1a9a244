// SPDX-License-Identifier: BSD-2-Clause
/* Where the headers of a frame are, and a good way to stir numbers. */
#ifndef PACKET_H
#define PACKET_H

#include <stddef.h>
#include <stdint.h>

struct packet {
	const uint8_t *ip;	/* a whole IPv4 header, or NULL; protocol at 9, source at 12, destination at 16 */
	const uint8_t *ports;	/* source and destination port of UDP or TCP, 2 bytes each, or NULL */
};

/* Numbers as packets carry them, most significant byte first. */
static inline uint16_t
be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t
be32(const uint8_t *bytes)
{
	return (uint32_t)be16(bytes) << 16 | be16(bytes + 2);
}

/* Only what is there, whole and sound, is found. A later fragment has no ports. */
static inline struct packet
find_headers(const uint8_t *frame, size_t len)
{
	struct packet p = { NULL, NULL };
	size_t type = 12, header, total;

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
	if ((frame[9] == 17 || frame[9] == 6) && (be16(frame + 6) & 0x1fff) == 0 && total >= header + 4)
		p.ports = frame + header;
	return p;
}

/*
 * Stirs a number so that every bit of it changes half the bits of the result. Different numbers stay different. (This is the last step of
 * Austin Appleby's MurmurHash3.)
 */
static inline uint32_t
mix(uint32_t number)
{
	number = (number ^ number >> 16) * 0x85ebca6b;
	number = (number ^ number >> 13) * 0xc2b2ae35;
	return number ^ number >> 16;
}

#endif
