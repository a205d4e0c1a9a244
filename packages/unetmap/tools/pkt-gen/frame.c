// SPDX-License-Identifier: BSD-2-Clause
//
// Ethernet (IEEE 802.3), IPv4 (RFC 791), IPv6 (RFC 8200), UDP (RFC 768), checksums
// (RFC 1071).
#include "frame.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ETHER_BYTES 14
#define UDP_BYTES 8
#define HEADERS_MAX 128 // whatever the frame's size, there is room for its headers

static const char pattern[] = "pkt-gen ";

static uint32_t
ip_bytes(const struct options *o)
{
	return o->family == AF_INET6 ? 40 : 20;
}

uint32_t
frame_payload_offset(const struct options *o)
{
	return ETHER_BYTES + ip_bytes(o) + UDP_BYTES;
}

static void
put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void
put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value & 0xffff);
}

static uint32_t
sum_words(const uint8_t *bytes, uint32_t size)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i + 1 < size; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return sum;
}

static uint16_t
fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint8_t *
ether(struct frame *f)
{
	return f->bytes + f->o->vnet_header_bytes;
}

static uint8_t *
udp(struct frame *f)
{
	return ether(f) + ETHER_BYTES + ip_bytes(f->o);
}

// Bytes from the IP header on; headers that were cut off by a small size still count.
static uint32_t
ip_total(struct frame *f)
{
	uint32_t frame = f->size - f->o->vnet_header_bytes, least = frame_payload_offset(f->o);

	return (frame > least ? frame : least) - ETHER_BYTES;
}

static void
write_ipv4(struct frame *f, uint8_t *ip)
{
	put16(ip + 2, ip_total(f) & 0xffff);
	put16(ip + 10, 0);
	put32(ip + 12, f->src);
	put32(ip + 16, f->dst);
	put16(ip + 10, (uint16_t)~fold(sum_words(ip, 20)));
}

static void
write_ipv6(struct frame *f, uint8_t *ip)
{
	put16(ip + 4, (ip_total(f) - 40) & 0xffff);
	put32(ip + 20, f->src);
	put32(ip + 36, f->dst);
}

// Of the whole words among so many bytes: those of the pattern are known, a stamp's are not.
static uint64_t
sum_payload(struct frame *f, uint32_t bytes)
{
	uint32_t words = bytes / 2, stamped = f->stamped_bytes / 2 < words ? f->stamped_bytes / 2 : words;

	return (uint64_t)f->payload_sums[words] - f->payload_sums[stamped] +
		sum_words(udp(f) + UDP_BYTES, 2 * stamped);
}

static uint16_t
udp_checksum(struct frame *f, const uint8_t *header, uint32_t udp_total)
{
	uint32_t addresses = f->o->family == AF_INET6 ? 32 : 8, payload = udp_total - UDP_BYTES;
	uint64_t sum = IPPROTO_UDP + udp_total;
	uint16_t checksum;

	sum += sum_words(header - addresses, addresses + UDP_BYTES);
	sum += sum_payload(f, payload);
	if (payload & 1)
		sum += (uint32_t)header[UDP_BYTES + payload - 1] << 8;
	checksum = (uint16_t)~fold(sum);
	return checksum ? checksum : 0xffff;
}

static void
write_headers(struct frame *f)
{
	uint8_t *header = udp(f), *ip = ether(f) + ETHER_BYTES;
	uint32_t udp_total = ip_total(f) - ip_bytes(f->o);

	if (f->o->family == AF_INET6)
		write_ipv6(f, ip);
	else
		write_ipv4(f, ip);
	put16(header, f->src_port);
	put16(header + 2, f->dst_port);
	put16(header + 4, udp_total & 0xffff);
	put16(header + 6, 0);
	put16(header + 6, udp_checksum(f, header, udp_total));
}

static void
write_constants(struct frame *f)
{
	const struct options *o = f->o;
	uint8_t *to = ether(f), *ip = to + ETHER_BYTES;

	memcpy(to, o->dst_mac.byte, 6);
	memcpy(to + 6, o->src_mac.byte, 6);
	put16(to + 12, o->family == AF_INET6 ? 0x86dd : 0x0800);
	if (o->family == AF_INET6) {
		ip[0] = 0x60;
		ip[6] = IPPROTO_UDP;
		ip[7] = 64; // hop limit
		memcpy(ip + 8, o->src.ipv6, 16);
		memcpy(ip + 24, o->dst.ipv6, 16);
	} else {
		ip[0] = 0x45;
		ip[8] = 64; // time to live
		ip[9] = IPPROTO_UDP;
	}
}

static void
write_payload(struct frame *f, uint32_t bytes)
{
	uint8_t *payload = udp(f) + UDP_BYTES;

	for (uint32_t i = 0; i < bytes; i++)
		payload[i] = (uint8_t)pattern[i % (sizeof(pattern) - 1)];
	for (uint32_t i = 0; i < bytes / 2; i++)
		f->payload_sums[i + 1] = f->payload_sums[i] + sum_words(payload + 2 * i, 2);
}

int
frame_init(struct frame *f, const struct options *o, int seed)
{
	uint32_t room = o->vnet_header_bytes + o->frame_bytes + HEADERS_MAX;

	memset(f, 0, sizeof(*f));
	f->o = o;
	f->bytes = calloc(1, room);
	f->payload_sums = calloc(room / 2 + 2, sizeof(*f->payload_sums));
	if (!f->bytes || !f->payload_sums)
		return -1;
	f->size = o->vnet_header_bytes + o->frame_bytes;
	f->src = o->src.first;
	f->dst = o->dst.first;
	f->src_port = o->src.port_first;
	f->dst_port = o->dst.port_first;
	f->random = 0x9e3779b97f4a7c15u * (uint64_t)(seed + 1);
	write_constants(f);
	write_payload(f, o->frame_bytes);
	write_headers(f);
	return 0;
}

void
frame_free(struct frame *f)
{
	free(f->bytes);
	free(f->payload_sums);
}

int
frame_varies(const struct options *o)
{
	return o->frame_bytes_min != o->frame_bytes ||
		(o->option_bits & (OPT_RANDOM_SRC | OPT_RANDOM_DST)) ||
		!endpoint_range_is_single(&o->src) || !endpoint_range_is_single(&o->dst);
}

// xorshift64 (Marsaglia, 2003)
static uint32_t
random32(struct frame *f)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return (uint32_t)(f->random >> 32);
}

// The next port, then the next address; 1 when the range starts anew.
static int
step(const struct endpoint_range *range, uint32_t *address, uint16_t *port)
{
	if (*port != range->port_last) {
		++*port;
		return 0;
	}
	*port = range->port_first;
	if (*address != range->last) {
		++*address;
		return 0;
	}
	*address = range->first;
	return 1;
}

// Sources go through their whole range for each destination.
static void
step_endpoints(struct frame *f)
{
	uint32_t bits = f->o->option_bits;

	if (bits & OPT_RANDOM_SRC) {
		f->src = random32(f);
		f->src_port = (uint16_t)random32(f);
	}
	if (bits & OPT_RANDOM_DST) {
		f->dst = random32(f);
		f->dst_port = (uint16_t)random32(f);
	}
	if (!(bits & OPT_RANDOM_SRC) && !step(&f->o->src, &f->src, &f->src_port))
		return;
	if (!(bits & OPT_RANDOM_DST))
		step(&f->o->dst, &f->dst, &f->dst_port);
}

void
frame_next(struct frame *f)
{
	const struct options *o = f->o;
	uint32_t span = o->frame_bytes - o->frame_bytes_min + 1;

	step_endpoints(f);
	f->size = o->vnet_header_bytes + o->frame_bytes_min + (span > 1 ? random32(f) % span : 0);
	write_headers(f);
}

void
frame_stamp(struct frame *f, uint32_t sequence, const void *more, uint32_t size)
{
	uint8_t *payload = udp(f) + UDP_BYTES;

	memcpy(payload, &sequence, sizeof(sequence));
	if (size > 0)
		memcpy(payload + sizeof(sequence), more, size);
	f->stamped_bytes = (uint32_t)sizeof(sequence) + size;
	write_headers(f);
}
