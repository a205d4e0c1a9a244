// SPDX-License-Identifier: BSD-2-Clause
/*
 * sink: counts what was routed to it. It runs in a virtual machine.
 *
 *     ./sink -i vale0:vm2
 */
#include "packet.h"
#include "rings.h"
#include "routes.h"

static const uint8_t OWN_MAC[6] = MAC_SINK;

struct counts {
	uint64_t ours, wrong, others;
};

/* A frame from us, so that the switch learns where we are. */
static void
announce(const struct nm_desc *d)
{
	struct netmap_ring *tx = tx_ring(d);
	uint8_t *frame;

	if (nm_ring_empty(tx))
		return;
	frame = (uint8_t *)NETMAP_BUF(tx, tx->slot[tx->head].buf_idx);
	memset(frame, 0, 60);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, OWN_MAC, 6);
	put16(frame + 12, 0x88b5);
	tx->slot[tx->head].len = 60;
	advance(tx);
	ioctl(NETMAP_FD(d), NIOCTXSYNC, NULL);
}

static bool
is_right(const uint8_t *frame, size_t len)
{
	static const uint8_t router[6] = MAC_ROUTER;
	const uint8_t *ip = frame + ETHERNET_BYTES;

	return len >= 34 && memcmp(frame + 6, router, 6) == 0 && be16(frame + 12) == TYPE_IPV4 && ip[0] >= 0x45 &&
	    ip[0] < 0x50 && (size_t)(ip[0] & 0x0f) * 4 <= len - ETHERNET_BYTES &&
	    ip_sum(ip, (size_t)(ip[0] & 0x0f) * 4) == 0xffff;
}

static void
count(const uint8_t *frame, size_t len, struct counts *c)
{
	if (len < ETHERNET_BYTES || memcmp(frame, OWN_MAC, 6) != 0)
		c->others++;
	else if (is_right(frame, len))
		c->ours++;
	else
		c->wrong++;
}

static void
report(const struct counts *c)
{
	printf("%llu frames, %llu wrong\n", (unsigned long long)c->ours, (unsigned long long)c->wrong);
}

/* Whenever something came and no more does, and once a second while it does. */
static void
report_when_new(const struct counts *c, bool is_quiet)
{
	static uint64_t reported;
	static time_t second;
	time_t now = time(NULL);

	if (c->ours + c->wrong == reported || (!is_quiet && now == second))
		return;
	report(c);
	reported = c->ours + c->wrong;
	second = now;
}

int
main(int argc, char **argv)
{
	struct pollfd pfd = { .fd = -1, .events = POLLIN, .revents = 0 };
	struct counts c = { 0, 0, 0 };
	struct nm_desc *d;

	if (argc != 3 || strcmp(argv[1], "-i") != 0) {
		fprintf(stderr, "usage: %s -i port\n", argv[0]);
		return 2;
	}
	catch_signals();
	d = open_port(argv[2]);
	pfd.fd = NETMAP_FD(d);
	announce(d);
	printf("counting on %s\n", argv[2]);
	while (!stop) {
		struct netmap_ring *rx = rx_ring(d);
		bool is_quiet = poll(&pfd, 1, 200) <= 0;

		for (; !nm_ring_empty(rx); advance(rx))
			count(packet_bytes(rx), packet_length(rx), &c);
		report_when_new(&c, is_quiet);
	}
	report(&c);
	nm_close(d);
	return 0;
}
