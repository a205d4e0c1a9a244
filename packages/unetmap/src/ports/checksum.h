// SPDX-License-Identifier: BSD-2-Clause
//
// The Internet checksum (RFC 1071), over pieces of any length.
#ifndef UNETMAP_PORTS_CHECKSUM_H_
#define UNETMAP_PORTS_CHECKSUM_H_

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

struct checksum {
	uint64_t sum; // of 16-bit words in the order of the network, held in the machine's
	uint32_t odd; // the next byte is the second of its word
};

static inline void checksum_add(struct checksum *c, const void *data, uint32_t bytes)
{
	const uint8_t *p = data;

	for (; bytes && c->odd; bytes--, c->odd = 0)
		c->sum += *p++;
	for (; bytes >= 2; bytes -= 2, p += 2)
		c->sum += p[0] << 8 | p[1];
	if (bytes) {
		c->sum += *p << 8;
		c->odd = 1;
	}
}

// As it is stored in a header.
static inline uint16_t checksum_end(const struct checksum *c)
{
	uint64_t sum = c->sum;

	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum & 0xffff);
}

#endif
