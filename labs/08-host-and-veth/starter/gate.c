// SPDX-License-Identifier: BSD-2-Clause
/*
 * gate: stands between a network device and its stack.
 *
 *     ./gate -i veth0 -p 7
 *
 * What comes from the wire goes to the stack, and what the stack sends goes to the wire. Datagrams to the UDP port are sent
 * back at once, and the stack does not get to know of them. That is what it shall do; for now, it cuts the stack off.
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

/* Opens both pairs of rings of a device. For now, one. */
static void
open_device(struct gate *g, const char *device)
{
	char name[64];

	snprintf(name, sizeof(name), "netmap:%s", device);
	g->wire = open_port(name);
	/* your code here: open the host rings */
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

/* Moves the packet at head of one ring to head of another one. */
static inline void
move_packet(struct netmap_ring *rx, struct netmap_ring *tx)
{
	(void)rx;
	(void)tx;

	/* your move here */
}

/* What the stack has sent goes to the wire. */
static void
take_out(struct gate *g)
{
	(void)g;

	/* your loop here */
}

/* What comes from the wire goes to the stack, or back to the wire if it is ours. */
static void
take_in(struct gate *g)
{
	(void)g;

	/* and the other one here */
}

/* Waits until there is something to do. For now, it waits for nothing in particular. */
static void
wait_for_work(const struct gate *g)
{
	struct pollfd pfd = { .fd = NETMAP_FD(g->wire), .events = 0 };

	poll(&pfd, 1, 500);
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
