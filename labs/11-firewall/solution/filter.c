// SPDX-License-Identifier: BSD-2-Clause
/* filter: what a packet says, and what the rules say about it. In doubt, against the packet. */
#include "filter.h"

/* Whether an address begins with a prefix. A shift by all 32 bits would have no result. */
static bool
in_prefix(uint32_t address, struct prefix prefix)
{
	return prefix.bits == 0 || (address ^ prefix.address) >> (32 - prefix.bits) == 0;
}

static bool
in_range(uint16_t port, struct range range)
{
	return port >= range.first && port <= range.last;
}

static bool
is_any(struct range range)
{
	return range.first == 0 && range.last == 65535;
}

/* Ports that nobody sees may be those that are forbidden, and are not known to be those that are allowed. */
static bool
ports_match(const struct rule *r, const struct packet *p)
{
	if (!p->has_ports)
		return r->verdict == DROP || (is_any(r->from_ports) && is_any(r->to_ports));
	return in_range(p->from_port, r->from_ports) && in_range(p->to_port, r->to_ports);
}

/* Whether a rule is about this packet. */
bool
matches(const struct rule *r, const struct packet *p, enum direction direction)
{
	return (r->directions & direction) != 0 && (r->protocol == ANY || r->protocol == p->protocol) &&
	       in_prefix(p->from, r->from) && in_prefix(p->to, r->to) && ports_match(r, p);
}

/* What the rules say about a packet: the first that is about it, or none, and then it is dropped. */
enum verdict
decide(const struct rule *rules, size_t count, const struct packet *p, enum direction direction)
{
	for (size_t i = 0; i < count; i++)
		if (matches(&rules[i], p, direction))
			return rules[i].verdict;
	return DROP;
}

/*
 * The ports of TCP and UDP, from the `len` bytes behind the IP header. False for what no honest sender makes: a first fragment that ends
 * within its header, and one that would be written over the flags of the header that was judged before.
 */
static bool
read_ports(struct packet *p, const uint8_t *bytes, size_t len, unsigned fragment)
{
	if (p->protocol != TCP && p->protocol != UDP)
		return true;
	if (fragment > 0)
		return p->protocol != TCP || fragment != 1;
	if (len < (p->protocol == TCP ? 20 : 8))
		return false;
	p->has_ports = true;
	p->from_port = be16(bytes);
	p->to_port = be16(bytes + 2);
	return true;
}

/* Takes a frame apart. No byte is read before it is known to be there, and no length believed that another one contradicts. */
bool
read_packet(struct packet *p, const uint8_t *frame, size_t len)
{
	const uint8_t *ip;
	size_t at = 12, header, total;

	while (len >= at + 6 && (be16(frame + at) == 0x8100 || be16(frame + at) == 0x88a8))
		at += 4;
	ip = frame + at + 2;
	if (len < at + 2 + 20 || be16(frame + at) != 0x0800 || ip[0] >> 4 != 4)
		return false;
	header = (ip[0] & 0x0f) * 4;
	total = be16(ip + 2);
	if (header < 20 || total < header || total > len - at - 2)
		return false;
	p->from = be32(ip + 12);
	p->to = be32(ip + 16);
	p->protocol = ip[9];
	return read_ports(p, ip + header, total - header, be16(ip + 6) & 0x1fff);
}
