// SPDX-License-Identifier: BSD-2-Clause
/* filter: what a packet says, and what the rules say about it. */
#include "filter.h"

/* Whether an address begins with a prefix. */
static inline __attribute__((unused)) bool
in_prefix(uint32_t address, struct prefix prefix)
{
	(void)address;
	(void)prefix;
	return true;	/* your comparison here */
}

/* Whether a rule is about this packet. */
bool
matches(const struct rule *r, const struct packet *p, enum direction direction)
{
	(void)r;
	(void)p;
	(void)direction;
	return true;	/* your conditions here */
}

/* What the rules say about a packet. For now, every rule lets through what it is about. */
enum verdict
decide(const struct rule *rules, size_t count, const struct packet *p, enum direction direction)
{
	for (size_t i = 0; i < count; i++)
		if (matches(&rules[i], p, direction))
			return PASS;
	return DROP;
}

/*
 * Takes a frame apart. For now, it believes everything: that there is an IPv4 header behind 14 bytes, that it is 20 bytes long,
 * and that ports follow.
 */
bool
read_packet(struct packet *p, const uint8_t *frame, size_t len)
{
	const uint8_t *ip = frame + 14;

	(void)len;
	p->from = be32(ip + 12);
	p->to = be32(ip + 16);
	p->protocol = ip[9];
	p->has_ports = p->protocol == TCP || p->protocol == UDP;
	p->from_port = be16(ip + 20);
	p->to_port = be16(ip + 22);
	return be16(frame + 12) == 0x0800;
}
