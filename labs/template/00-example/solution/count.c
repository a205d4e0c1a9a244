// SPDX-License-Identifier: BSD-2-Clause
/* Counts the packets that arrive at a netmap port, until it is told to stop. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* Takes what lies in the ring, and says how many packets that were. */
static unsigned int
take_all(struct netmap_ring *ring)
{
	unsigned int taken = 0;

	while (!nm_ring_empty(ring)) {
		ring->head = ring->cur = nm_ring_next(ring, ring->cur);
		taken++;
	}
	return taken;
}

int
main(int argc, char **argv)
{
	const char *port = argc > 1 ? argv[1] : "vale0:count";
	struct nm_desc *d = nm_open(port, NULL, 0, NULL);
	struct pollfd waiting = { .fd = d == NULL ? -1 : d->fd, .events = POLLIN };
	unsigned int packets = 0;

	if (d == NULL) {
		fprintf(stderr, "cannot open %s: %s\n", port, strerror(errno));
		return 1;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	while (!stop) {
		if (poll(&waiting, 1, 1000) > 0)
			packets += take_all(NETMAP_RXRING(d->nifp, d->first_rx_ring));
	}
	nm_close(d);
	printf("counted %u packets\n", packets);
	return 0;
}
