// SPDX-License-Identifier: BSD-2-Clause
/* A frame that says something: Ethernet, IPv4 and UDP around a line of text, to everybody. */
#ifndef FRAME_H
#define FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HEADERS 42
#define SHORTEST 60
#define LONGEST_TEXT 200

static inline void
put16(uint8_t *p, unsigned int value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline uint16_t
ip_checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(header[i] << 8 | header[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Writes the frame into `frame`, which has room for HEADERS + LONGEST_TEXT bytes, and gives its length. */
static inline size_t
build_frame(uint8_t *frame, const char *text)
{
	static const uint8_t ethernet[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0x01, 0x08, 0x00
	};
	static const uint8_t ip[] = {
		0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 255, 255, 255, 255
	};
	size_t len = strnlen(text, LONGEST_TEXT);

	memset(frame, 0, SHORTEST);
	memcpy(frame, ethernet, sizeof(ethernet));
	memcpy(frame + 14, ip, sizeof(ip));
	put16(frame + 16, (unsigned int)(28 + len));
	put16(frame + 24, ip_checksum(frame + 14));
	put16(frame + 34, 1000);
	put16(frame + 36, 8000);
	put16(frame + 38, (unsigned int)(8 + len));
	memcpy(frame + HEADERS, text, len);
	return HEADERS + len < SHORTEST ? SHORTEST : HEADERS + len;
}

#endif
