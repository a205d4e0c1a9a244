// SPDX-License-Identifier: BSD-2-Clause
/* What both programs do with ports, and with time. */
#ifndef PORT_H
#define PORT_H

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

static volatile sig_atomic_t stop;

static inline void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static inline void
catch_signals(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
}

static inline double
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline struct nm_desc *
open_port(const char *name)
{
	struct nm_desc *d = nm_open(name, NULL, 0, NULL);

	if (d == NULL) {
		fprintf(stderr, "cannot open %s: %s\n", name, strerror(errno));
		exit(1);
	}
	return d;
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

#endif
