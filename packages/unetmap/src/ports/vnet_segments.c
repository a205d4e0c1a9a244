// SPDX-License-Identifier: BSD-2-Clause
//
// Every segment is a copy of the headers, with lengths, identification, sequence number, flags and
// checksums of its own, and a piece of the payload. The headers are copied before they are looked
// at: their sender can write to the original all the while.
#include "ports/vnet_segments.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/virtio_net.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include "ports/checksum.h"

enum {
	SEGMENT_BYTES = 1514,
	MAX_HEADERS_BYTES = 256,
	ETHERNET_BYTES = 14,
	VLAN_BYTES = 4,
	TYPE_VLAN = 0x8100,
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	FLAG_FIN = 1,
	FLAG_PSH = 8,
};

struct headers {
	char bytes[MAX_HEADERS_BYTES];
	uint32_t room; // how much of bytes there is
	uint32_t ip, l4, end; // where they begin, and the payload
	int is_ipv4, is_tcp;
};

// ---- the headers ----

static uint16_t word_at(const struct headers *h, uint32_t at)
{
	return (uint8_t)h->bytes[at] << 8 | (uint8_t)h->bytes[at + 1];
}

static uint16_t find_ip(struct headers *h)
{
	for (h->ip = ETHERNET_BYTES; h->ip <= h->room; h->ip += VLAN_BYTES)
		if (word_at(h, h->ip - 2) != TYPE_VLAN)
			return word_at(h, h->ip - 2);
	return 0;
}

static int find_l4(struct headers *h)
{
	const uint16_t type = find_ip(h);

	h->is_ipv4 = type == TYPE_IPV4;
	if (type != TYPE_IPV4 && type != TYPE_IPV6)
		return -EINVAL;
	if (h->ip + sizeof(struct iphdr) > h->room)
		return -EINVAL;
	h->l4 = h->ip + (h->is_ipv4 ? 4 * (h->bytes[h->ip] & 15) : sizeof(struct ip6_hdr));
	return h->l4 < h->ip + sizeof(struct iphdr) || h->l4 > h->room ? -EINVAL : 0;
}

static int find_payload(struct headers *h)
{
	const uint32_t least = h->is_tcp ? sizeof(struct tcphdr) : sizeof(struct udphdr);

	if (h->l4 + least > h->room)
		return -EINVAL;
	h->end = h->l4 + (h->is_tcp ? 4 * ((uint8_t)h->bytes[h->l4 + 12] >> 4) : least);
	return h->end < h->l4 + least || h->end > h->room ? -EINVAL : 0;
}

static int read_headers(struct headers *h, const char *data, uint32_t len, uint8_t type)
{
	int error;

	h->room = len < sizeof h->bytes ? len : sizeof h->bytes;
	memcpy(h->bytes, data, h->room);
	h->is_tcp = type != VIRTIO_NET_HDR_GSO_UDP;
	error = find_l4(h);
	return error ? error : find_payload(h);
}

// ---- the payload ----

struct payload {
	const struct frame *at, *end; // slots
	uint32_t done;		      // bytes of *at
};

static uint32_t bytes_left(struct payload p)
{
	uint32_t bytes = 0;

	for (; p.at != p.end; p.at++, p.done = 0)
		bytes += p.at->len - p.done;
	return bytes;
}

static void take(struct payload *p, char *to, uint32_t bytes)
{
	while (bytes) {
		const uint32_t left = p->at->len - p->done, now = bytes < left ? bytes : left;

		memcpy(to, p->at->data + p->done, now);
		to += now;
		bytes -= now;
		p->done += now;
		if (p->done == p->at->len) {
			p->at++;
			p->done = 0;
		}
	}
}

// ---- a segment ----

struct segment_place {
	uint32_t index;
	uint32_t payload_before; // bytes
	int is_last;
};

static void fix_ipv4(char *ip, uint32_t header_bytes, uint32_t bytes, uint32_t index)
{
	struct checksum sum = {0};
	struct iphdr h;

	memcpy(&h, ip, sizeof h);
	h.tot_len = htons(bytes);
	h.id = htons(ntohs(h.id) + index);
	h.check = 0;
	memcpy(ip, &h, sizeof h);
	checksum_add(&sum, ip, header_bytes);
	h.check = checksum_end(&sum);
	memcpy(ip, &h, sizeof h);
}

static void fix_ipv6(char *ip, uint32_t payload_bytes)
{
	const uint16_t length = htons(payload_bytes);

	memcpy(ip + offsetof(struct ip6_hdr, ip6_plen), &length, sizeof length);
}

static void fix_tcp(char *l4, const struct segment_place *place)
{
	uint32_t seq;

	memcpy(&seq, l4 + 4, sizeof seq);
	seq = htonl(ntohl(seq) + place->payload_before);
	memcpy(l4 + 4, &seq, sizeof seq);
	if (!place->is_last)
		l4[13] &= ~(FLAG_FIN | FLAG_PSH);
}

static void fix_udp(char *l4, uint32_t bytes)
{
	const uint16_t length = htons(bytes);

	memcpy(l4 + 4, &length, sizeof length);
}

static void fix_checksum(const struct headers *h, const char *ip, char *l4, uint32_t l4_bytes)
{
	char *const at = l4 + (h->is_tcp ? 16 : 6);
	struct checksum sum = {.sum = l4_bytes + (h->is_tcp ? IPPROTO_TCP : IPPROTO_UDP)};
	uint16_t result = 0;

	memcpy(at, &result, sizeof result);
	checksum_add(&sum, ip + (h->is_ipv4 ? 12 : 8), h->is_ipv4 ? 8 : 32); // both addresses
	checksum_add(&sum, l4, l4_bytes);
	result = checksum_end(&sum);
	if (!result && !h->is_tcp)
		result = 0xffff; // 0 would say that there is none
	memcpy(at, &result, sizeof result);
}

static void fix_headers(const struct headers *h, char *frame, uint32_t bytes, const struct segment_place *place)
{
	char *ip = frame + h->ip, *l4 = frame + h->l4;

	if (h->is_ipv4)
		fix_ipv4(ip, h->l4 - h->ip, bytes - h->ip, place->index);
	else
		fix_ipv6(ip, bytes - h->l4);
	if (h->is_tcp)
		fix_tcp(l4, place);
	else
		fix_udp(l4, bytes - h->l4);
	fix_checksum(h, ip, l4, bytes - h->l4);
}

static void put_all(struct rx_queue *q, const struct headers *h, struct payload *p, uint32_t bytes)
{
	const uint32_t most = SEGMENT_BYTES - h->end;
	char frame[SEGMENT_BYTES];
	struct segment_place place = {0};

	for (; bytes; place.index++) {
		const uint32_t now = bytes < most ? bytes : most;

		bytes -= now;
		place.is_last = !bytes;
		memcpy(frame, h->bytes, h->end);
		take(p, frame + h->end, now);
		fix_headers(h, frame, h->end + now, &place);
		rx_queue_put(q, frame, h->end + now, 1, 0);
		place.payload_before += now;
	}
}

int vnet_put_segments(struct rx_queue *q, const struct frame *f, uint32_t skip, uint8_t type)
{
	struct payload p = {f, f + f->slots, skip};
	struct headers h;
	uint32_t bytes, count;

	if (f->len == skip && f->slots > 1)
		p = (struct payload){f + 1, f + f->slots, 0};
	if (read_headers(&h, p.at->data + p.done, p.at->len - p.done, type))
		return -EINVAL;
	p.done += h.end;
	bytes = bytes_left(p);
	count = (bytes + SEGMENT_BYTES - h.end - 1) / (SEGMENT_BYTES - h.end);
	if (!count || !rx_queue_admit(q, count))
		return 0;
	q->packets += count - 1;
	put_all(q, &h, &p, bytes);
	return 0;
}
