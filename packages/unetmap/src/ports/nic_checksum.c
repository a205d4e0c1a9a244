// SPDX-License-Identifier: BSD-2-Clause
//
// In the field of an unfinished checksum is the folded sum of the pseudo header (RFC 9293, 3.1; RFC 768): what the sum
// of the segment has to start with, so that summing up the segment as it is gives the checksum. A finished
// one that happens to have that value is found to be right by the same sum.
#include "ports/nic_checksum.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <stddef.h>

#include "ports/checksum.h"

enum {
	ADDRESSES_BYTES = 12, // of Ethernet
	TYPE_IPV4 = 0x0800,
	TYPE_VLAN = 0x8100,
	TYPE_IPV6 = 0x86dd,
	TYPE_QINQ = 0x88a8,
	MAX_TAGS = 2,
	TCP_FIELD = 16,
	UDP_FIELD = 6,
};

struct segment_of_frame {
	char *start;
	uint32_t bytes;
	uint8_t protocol;
	const char *addresses; // both
	uint32_t addresses_bytes;
};

static uint16_t load16(const char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

// What is behind the tags, or 0. *at becomes where that begins.
static uint16_t type_of(const char *frame, uint32_t len, uint32_t *at)
{
	uint16_t type = 0;

	*at = ADDRESSES_BYTES;
	for (int tags = 0; tags <= MAX_TAGS && *at + 4 <= len; tags++) {
		type = ntohs(load16(frame + *at));
		if (type != TYPE_VLAN && type != TYPE_QINQ)
			break;
		*at += 4;
	}
	*at += 2;
	return type;
}

static int find_ipv4(char *packet, uint32_t len, struct segment_of_frame *s)
{
	struct iphdr ip;
	uint32_t header_bytes;

	if (len < sizeof ip)
		return 0;
	memcpy(&ip, packet, sizeof ip);
	header_bytes = ip.ihl * 4u;
	if (ip.version != 4 || header_bytes < sizeof ip || ntohs(ip.tot_len) < header_bytes || ntohs(ip.tot_len) > len ||
	    ip.frag_off & htons(IP_MF | IP_OFFMASK))
		return 0;
	*s = (struct segment_of_frame){packet + header_bytes, ntohs(ip.tot_len) - header_bytes, ip.protocol,
				       packet + offsetof(struct iphdr, saddr), 2 * sizeof ip.saddr};
	return 1;
}

static int find_ipv6(char *packet, uint32_t len, struct segment_of_frame *s)
{
	struct ip6_hdr ip;

	if (len < sizeof ip)
		return 0;
	memcpy(&ip, packet, sizeof ip);
	if (ip.ip6_vfc >> 4 != 6 || ntohs(ip.ip6_plen) > len - sizeof ip)
		return 0;
	*s = (struct segment_of_frame){packet + sizeof ip, ntohs(ip.ip6_plen), ip.ip6_nxt,
				       packet + offsetof(struct ip6_hdr, ip6_src), 2 * sizeof ip.ip6_src};
	return 1;
}

// Where the checksum is, or NULL if it has none that we know.
static char *find_field(char *frame, uint32_t len, struct segment_of_frame *s)
{
	uint32_t at, field;
	const uint16_t type = type_of(frame, len, &at);

	if (at > len || !(type == TYPE_IPV4 ? find_ipv4(frame + at, len - at, s)
					    : type == TYPE_IPV6 && find_ipv6(frame + at, len - at, s)))
		return NULL;
	if (s->protocol != IPPROTO_TCP && s->protocol != IPPROTO_UDP)
		return NULL;
	field = s->protocol == IPPROTO_TCP ? TCP_FIELD : UDP_FIELD;
	return field + 2 <= s->bytes ? s->start + field : NULL;
}

static int is_unfinished(const struct segment_of_frame *s, const char *field)
{
	struct checksum pseudo = {.sum = s->bytes + s->protocol};
	uint16_t folded;

	checksum_add(&pseudo, s->addresses, s->addresses_bytes);
	folded = ~checksum_end(&pseudo);
	return load16(field) == folded;
}

void nic_complete_checksum(char *frame, uint32_t len)
{
	struct segment_of_frame s;
	struct checksum sum = {0};
	char *field = find_field(frame, len, &s);
	uint16_t result;

	if (!field || !is_unfinished(&s, field))
		return;
	checksum_add(&sum, s.start, s.bytes);
	result = checksum_end(&sum);
	if (!result && s.protocol == IPPROTO_UDP) // 0 says that there is none
		result = 0xffff;
	memcpy(field, &result, sizeof result);
}
