// SPDX-License-Identifier: BSD-2-Clause
/*
 * route: a worker that routes. What comes in on a port leaves on the same port for its next hop, or not at all.
 *
 *     ./route -i 'netmap:net}3'
 */
#include "packet.h"
#include "rings.h"
#include "routes.h"

static const uint8_t OWN_MAC[6] = MAC_ROUTER;

struct counts {
	uint64_t routed, dropped;
};

/* The route with the longest prefix that this address has, or NULL. */
static const struct route *
find_route(uint32_t address)
{
	const struct route *best = NULL;

	for (unsigned i = 0; i < ROUTE_COUNT; i++) {
		const struct route *r = &ROUTES[i];
		uint32_t mask = r->bits == 0 ? 0 : UINT32_MAX << (32 - r->bits);

		if ((address & mask) == r->prefix && (best == NULL || r->bits > best->bits))
			best = r;
	}
	return best;
}

/* Whether these bytes begin with an IPv4 header that is whole, right, and true of what follows. */
static bool
is_sound(const uint8_t *ip, size_t len)
{
	size_t header, total;

	if (len < IP_BYTES)
		return false;
	header = (size_t)(ip[0] & 0x0f) * 4;
	total = be16(ip + 2);
	return ip[0] >> 4 == 4 && header >= IP_BYTES && total >= header && total <= len && ip_sum(ip, header) == 0xffff;
}

/* One hop less to live. The checksum follows without being computed anew (RFC 1624). */
static void
count_hop(uint8_t *ip)
{
	uint32_t sum = (uint32_t)(uint16_t)~be16(ip + 10) + (uint16_t)~be16(ip + 8);

	ip[8]--;
	sum += be16(ip + 8);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~sum & 0xffff);
}

/* Makes the frame one for its next hop. False for what is not to be routed. */
static bool
route_frame(uint8_t *frame, size_t len)
{
	uint8_t *ip = frame + ETHERNET_BYTES;
	const struct route *r;

	if (len < ETHERNET_BYTES || memcmp(frame, OWN_MAC, 6) != 0 || be16(frame + 12) != TYPE_IPV4)
		return false;
	if (!is_sound(ip, len - ETHERNET_BYTES))
		return false;
	r = ip[8] > 1 ? find_route(be32(ip + 16)) : NULL;
	if (r == NULL)
		return false;
	count_hop(ip);
	memcpy(frame, r->mac, 6);
	memcpy(frame + 6, OWN_MAC, 6);
	return true;
}

/* Routes what has arrived, as far as there is room. Gives whether a packet is left. */
static bool
route_all(struct netmap_ring *rx, struct netmap_ring *tx, struct counts *counts)
{
	while (!nm_ring_empty(rx) && !nm_ring_empty(tx)) {
		if (route_frame(packet_bytes(rx), packet_length(rx))) {
			move_packet(rx, tx);
			counts->routed++;
		} else {
			advance(rx);
			counts->dropped++;
		}
	}
	return !nm_ring_empty(rx);
}

int
main(int argc, char **argv)
{
	struct pollfd pfd = { .fd = -1, .events = POLLIN, .revents = 0 };
	struct counts counts = { 0, 0 };
	struct nm_desc *d;

	if (argc != 3 || strcmp(argv[1], "-i") != 0) {
		fprintf(stderr, "usage: %s -i port\n", argv[0]);
		return 2;
	}
	catch_signals();
	d = open_port(argv[2]);
	pfd.fd = NETMAP_FD(d);
	printf("routing on %s\n", argv[2]);
	while (!stop) {
		poll(&pfd, 1, 500);
		pfd.events = route_all(rx_ring(d), tx_ring(d), &counts) ? POLLOUT : POLLIN;
	}
	printf("routed %llu packets, dropped %llu\n", (unsigned long long)counts.routed, (unsigned long long)counts.dropped);
	nm_close(d);
	return 0;
}
