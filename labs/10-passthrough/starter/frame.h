// SPDX-License-Identifier: BSD-2-Clause
/*
 * The frames that are measured: 60 bytes, UDP in IPv4, each with a number of its own.
 *
 *     0  Ethernet   12  type, 0x0800
 *    14  IPv4       14  version 4 and 5 words of header   16  length, 46     20  fragments: 0   23  protocol, 17
 *    34  UDP        36  destination port, MEASURE_PORT    38  length, 26
 *    42  payload    42  MEASURE_MARK   46  the frame's number
 *
 * Numbers of 16 and 32 bits stand with their highest byte first.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdint.h>
#include <string.h>

enum { FRAME_BYTES = 60, MEASURE_PORT = 4711 };
#define MEASURE_MARK 0x6d656173u

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

static inline uint16_t
ip_checksum(const uint8_t *ip)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += be16(ip + i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Writes the frame of this number, and gives its length. To everybody, so that it needs no address of anybody's. */
static inline uint16_t
write_frame(uint8_t *frame, uint32_t number)
{
	static const uint8_t source[6] = { 2, 0, 0, 0, 0, 0x10 };

	memset(frame, 0, FRAME_BYTES);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, source, 6);
	put16(frame + 12, 0x0800);
	frame[14] = 0x45;
	put16(frame + 16, FRAME_BYTES - 14);
	frame[22] = 64;
	frame[23] = 17;
	put32(frame + 26, 0x0a000001);
	put32(frame + 30, 0x0a0000ff);
	put16(frame + 24, ip_checksum(frame + 14));
	put16(frame + 34, MEASURE_PORT);
	put16(frame + 36, MEASURE_PORT);
	put16(frame + 38, FRAME_BYTES - 34);
	put32(frame + 42, MEASURE_MARK);
	put32(frame + 46, number);
	return FRAME_BYTES;
}

#endif
