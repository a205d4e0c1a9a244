// SPDX-License-Identifier: BSD-2-Clause
/* What a module knows about frames and prefixes. Nothing here needs more than a kernel has. */
#ifndef FRAME_H
#define FRAME_H

#include <unetmap/vale_module.h>

enum { ETHERNET_BYTES = 14, IPV4_BYTES = 20, TYPE_ARP = 0x0806, TYPE_IPV4 = 0x0800 };

/* Addresses whose first `bits` bits are those of `address`. */
struct prefix {
	uint32_t address;
	unsigned bits;
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

static inline int
in_prefix(uint32_t address, struct prefix p)
{
	return p.bits == 0 || (address ^ p.address) >> (32 - p.bits) == 0;
}

/* `10.1.0.0/16`. Gives 0 when the text is no prefix, or one that has bits behind its end. */
static inline int
parse_prefix(const char *text, struct prefix *p)
{
	unsigned a, b, c, d;

	if (sscanf(text, "%u.%u.%u.%u/%u", &a, &b, &c, &d, &p->bits) != 5)
		return 0;
	if (a > 255 || b > 255 || c > 255 || d > 255 || p->bits > 32)
		return 0;
	p->address = a << 24 | b << 16 | c << 8 | d;
	return p->bits == 32 || (p->address & (0xffffffffu >> p->bits)) == 0;
}

#endif
