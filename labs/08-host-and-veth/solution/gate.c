// SPDX-License-Identifier: BSD-2-Clause
/*
 * gate: stands between a network device and its stack.
 *
 *     ./gate -i veth0 -p 7
 *
 * What comes from the wire goes to the stack, and what the stack sends goes to the wire. Datagrams to the UDP port are sent
 * back at once, and the stack does not get to know of them.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

#include "datagram.h"

struct gate {
	struct nm_desc *wire, *stack;	/* the rings of the device, and those of its stack */
	uint16_t port;			/* of UDP: what goes there is answered here */
	uint64_t in, out, answered;
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static struct nm_desc *
open_port(const char *name)
{
	struct nm_desc *d = nm_open(name, NULL, 0, NULL);

	if (d == NULL) {
		fprintf(stderr, "cannot open %s: %s\n", name, strerror(errno));
		exit(1);
	}
	printf("%s is in memory region %u\n", name, d->req.nr_arg2);
	return d;
}

/* Opens both pairs of rings of a device. The host rings have a ^ behind its name. */
static void
open_device(struct gate *g, const char *device)
{
	char name[64];

	snprintf(name, sizeof(name), "netmap:%s", device);
	g->wire = open_port(name);
	snprintf(name, sizeof(name), "netmap:%s^", device);
	g->stack = open_port(name);
}

static inline struct netmap_ring *
rx_ring(const struct nm_desc *d)
{
	return NETMAP_RXRING(d->nifp, d->first_rx_ring);
}

static inline struct netmap_ring *
tx_ring(const struct nm_desc *d)
{
	return NETMAP_TXRING(d->nifp, d->first_tx_ring);
}

/* Moves the packet at head of one ring to head of another one. Both are in the same memory, so its buffer moves. */
static inline void
move_packet(struct netmap_ring *rx, struct netmap_ring *tx)
{
	struct netmap_slot *rs = &rx->slot[rx->head], *ts = &tx->slot[tx->head];
	uint32_t buf_idx = ts->buf_idx;

	ts->buf_idx = rs->buf_idx;
	rs->buf_idx = buf_idx;
	ts->len = rs->len;
	ts->flags |= NS_BUF_CHANGED;
	rs->flags |= NS_BUF_CHANGED;
	rx->head = rx->cur = nm_ring_next(rx, rx->head);
	tx->head = tx->cur = nm_ring_next(tx, tx->head);
}

/* What the stack has sent goes to the wire. */
static void
take_out(struct gate *g)
{
	struct netmap_ring *rx = rx_ring(g->stack), *tx = tx_ring(g->wire);

	for (; !nm_ring_empty(rx) && !nm_ring_empty(tx); g->out++)
		move_packet(rx, tx);
}

/*
 * Whether a datagram is answered here. What goes to a group would be answered by everybody in it, and two programs like this one would
 * answer each other for ever.
 */
static bool
is_ours(const struct datagram *d, uint16_t port)
{
	return d->eth != NULL && be16(d->udp + 2) == port && be16(d->udp) != port && (d->eth[0] & 1) == 0;
}

/* Exchanges two fields of `len` bytes. */
static void
exchange(uint8_t *a, uint8_t *b, size_t len)
{
	uint8_t kept[6];

	memcpy(kept, a, len);
	memcpy(a, b, len);
	memcpy(b, kept, len);
}

/* Makes a datagram one that goes back. The checksums are sums, so they stay right. */
static void
turn_round(const struct datagram *d)
{
	exchange(d->eth, d->eth + 6, 6);
	exchange(d->ip + 12, d->ip + 16, 4);
	exchange(d->udp, d->udp + 2, 2);
}

/* What comes from the wire goes to the stack, or back to the wire if it is ours. */
static void
take_in(struct gate *g)
{
	struct netmap_ring *rx = rx_ring(g->wire), *up = tx_ring(g->stack), *back = tx_ring(g->wire);

	while (!nm_ring_empty(rx)) {
		const struct netmap_slot *slot = &rx->slot[rx->head];
		struct datagram d = find_datagram((uint8_t *)NETMAP_BUF(rx, slot->buf_idx), slot->len);
		bool ours = is_ours(&d, g->port);

		if (nm_ring_empty(ours ? back : up))
			break;
		if (ours)
			turn_round(&d);
		move_packet(rx, ours ? back : up);
		g->answered += ours;
		g->in += !ours;
	}
}

/* Sleeps until there is something on either side. What was put into the rings before leaves now. */
static void
wait_for_work(const struct gate *g)
{
	struct pollfd pfd[2] = {
		{ .fd = NETMAP_FD(g->wire), .events = POLLIN },
		{ .fd = NETMAP_FD(g->stack), .events = POLLIN },
	};

	poll(pfd, 2, 500);
}

static void
report_each_second(const struct gate *g)
{
	static time_t second;
	time_t now = time(NULL);

	if (now == second)
		return;
	second = now;
	printf("%llu to the stack, %llu to the wire, %llu answered\n", (unsigned long long)g->in,
	       (unsigned long long)g->out, (unsigned long long)g->answered);
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i device [-p UDP port]\n", name);
	exit(2);
}

int
main(int argc, char **argv)
{
	struct gate g = { .port = 7 };
	const char *device = NULL;
	int c;

	while ((c = getopt(argc, argv, "i:p:")) != -1) {
		if (c == 'i')
			device = optarg;
		else if (c == 'p')
			g.port = (uint16_t)atoi(optarg);
		else
			usage(argv[0]);
	}
	if (device == NULL)
		usage(argv[0]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);

	open_device(&g, device);
	while (!stop) {
		wait_for_work(&g);
		take_out(&g);
		take_in(&g);
		report_each_second(&g);
	}
	if (g.stack != NULL)
		nm_close(g.stack);
	nm_close(g.wire);
	return 0;
}
