// SPDX-License-Identifier: BSD-2-Clause
//
// A Toeplitz hash (as in receive-side scaling) whose key repeats after 16 bits, which makes it
// symmetric: S. Woo, K. Park, "Scalable TCP Session Monitoring with Symmetric Receive-side Scaling",
// 2012. With such a key every 16-bit word of the input meets the same rows of the matrix, and the
// hash is linear, so the words are first summed up by XOR. The key, and what is added to ports, are
// those that netmap's lb uses: IPv4 flows go into the same pipes.
//
// Ethernet IEEE 802.3, VLAN 802.1Q, IPv4 RFC 791, IPv6 RFC 8200, GRE RFC 2784 and 2890.
#include "flow_hash.h"

#include <netinet/in.h>

#define KEY 0x506du
#define PORT_SEED 'B'
#define SRC_WITHOUT_PORT 0xfdff
#define DST_WITHOUT_PORT 0xfeff
#define MAX_DEPTH 8 // headers one in another

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_VLAN 0x8100
#define TYPE_BRIDGED 0x6558 // Ethernet in GRE

struct packet {
	const uint8_t *at;
	uint32_t left;
	int is_ip;
	int depth;
};

static uint16_t hash_ether(struct packet *p);
static uint16_t hash_type(struct packet *p, uint16_t type);

static uint16_t
get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint16_t
sum_words(const uint8_t *at, uint32_t bytes)
{
	uint16_t sum = 0;

	for (uint32_t i = 0; i < bytes; i += 2)
		sum ^= get16(at + i);
	return sum;
}

static uint16_t
sum_ports(uint16_t src, uint16_t dst)
{
	return (uint16_t)((src + PORT_SEED) ^ (dst + PORT_SEED));
}

// Leaves a header of so many bytes behind; 0 if it is not all there.
static int
skip(struct packet *p, uint32_t bytes)
{
	if (p->left < bytes)
		return 0;
	p->at += bytes;
	p->left -= bytes;
	return 1;
}

static uint16_t
hash_gre(struct packet *p, uint16_t outside)
{
	uint32_t options;
	uint16_t type;

	if (p->left < 4)
		return outside;
	options = !!(p->at[0] & 0x80) + !!(p->at[0] & 0x20) + !!(p->at[0] & 0x10);
	type = get16(p->at + 2);
	if (!skip(p, 4 + 4 * options))
		return outside;
	if (type == TYPE_BRIDGED)
		return p->left >= 14 ? hash_ether(p) : outside;
	return type == TYPE_IPV4 || type == TYPE_IPV6 ? hash_type(p, type) : outside;
}

// What follows an IP header whose addresses give this sum.
static uint16_t
hash_payload(struct packet *p, uint8_t protocol, uint16_t addresses)
{
	uint16_t outside = addresses ^ sum_ports(SRC_WITHOUT_PORT, DST_WITHOUT_PORT);

	if (p->depth++ == MAX_DEPTH)
		return outside;
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return p->left < 4 ? outside : addresses ^ sum_ports(get16(p->at), get16(p->at + 2));
	case IPPROTO_IPIP: return p->left >= 20 ? hash_type(p, TYPE_IPV4) : outside;
	case IPPROTO_IPV6: return p->left >= 40 ? hash_type(p, TYPE_IPV6) : outside;
	case IPPROTO_GRE: return hash_gre(p, outside);
	default: return outside;
	}
}

// A malformed header gives 0. A fragment has no ports, but the first one, which must not part from
// the others.
static uint16_t
hash_ipv4(struct packet *p)
{
	const uint8_t *ip = p->at;
	uint32_t header = (ip[0] & 15u) * 4;
	int fragment = (get16(ip + 6) & 0x3fff) != 0;

	if (header < 20 || header > get16(ip + 2) || !skip(p, header))
		return 0;
	return hash_payload(p, fragment ? IPPROTO_RAW : ip[9], sum_words(ip + 12, 8));
}

static uint16_t
hash_ipv6(struct packet *p)
{
	const uint8_t *ip = p->at;

	skip(p, 40);
	return hash_payload(p, ip[6], sum_words(ip + 8, 32));
}

static uint16_t
hash_type(struct packet *p, uint16_t type)
{
	p->is_ip |= type == TYPE_IPV4 || type == TYPE_IPV6;
	if (type == TYPE_IPV4)
		return p->left >= 20 ? hash_ipv4(p) : 0;
	return p->left >= 40 ? hash_ipv6(p) : 0;
}

// The last four bytes of each address, read backwards.
static uint16_t
hash_macs(const uint8_t *ether)
{
	uint16_t sum = 0;

	for (const uint8_t *mac = ether; mac <= ether + 6; mac += 6)
		sum ^= (uint16_t)((mac[5] ^ mac[3]) << 8 | (mac[4] ^ mac[2]));
	return sum ^ sum_ports(SRC_WITHOUT_PORT, DST_WITHOUT_PORT);
}

static uint16_t
hash_ether(struct packet *p)
{
	const uint8_t *ether = p->at;
	uint16_t type = get16(ether + 12);

	skip(p, 14);
	if (type == TYPE_VLAN && p->left >= 4) {
		type = get16(p->at + 2);
		skip(p, 4);
	}
	return type == TYPE_IPV4 || type == TYPE_IPV6 ? hash_type(p, type) : hash_macs(ether);
}

static uint32_t
toeplitz(uint16_t sum)
{
	uint32_t row = KEY, hash = 0;

	for (uint32_t bit = 0x8000; bit; bit >>= 1) {
		if (sum & bit)
			hash ^= row;
		row = (row << 1 | row >> 15) & 0xffff;
	}
	return hash << 16 | hash;
}

uint32_t
flow_hash(const uint8_t *frame, uint32_t size, int *is_ip)
{
	struct packet p = {.at = frame, .left = size};
	uint16_t sum = size >= 14 ? hash_ether(&p) : 0;

	*is_ip = p.is_ip;
	return toeplitz(sum);
}
