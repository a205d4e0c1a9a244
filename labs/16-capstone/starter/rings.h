// SPDX-License-Identifier: BSD-2-Clause
/* What all programs here do with rings and ports. */
#ifndef RINGS_H
#define RINGS_H

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

static inline uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
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

/* Two ports may exchange buffers only when both are in one memory region. */
static inline unsigned
region_of(const struct nm_desc *d)
{
	return d->req.nr_arg2;
}

/* The packet at head of a receive ring. The longest that a slot can hold, whatever it claims. */
static inline size_t
packet_length(const struct netmap_ring *rx)
{
	size_t len = rx->slot[rx->head].len;

	return len > rx->nr_buf_size ? rx->nr_buf_size : len;
}

static inline uint8_t *
packet_bytes(const struct netmap_ring *rx)
{
	return (uint8_t *)NETMAP_BUF(rx, rx->slot[rx->head].buf_idx);
}

/* Goes on by a slot. */
static inline void
advance(struct netmap_ring *ring)
{
	ring->head = ring->cur = nm_ring_next(ring, ring->head);
}

/* Moves the packet at head of one ring to head of another one, in the same memory region. Both heads go on. */
static inline void
move_packet(struct netmap_ring *rx, struct netmap_ring *tx)
{
	struct netmap_slot *rs = &rx->slot[rx->head], *ts = &tx->slot[tx->head];
	uint32_t buf_idx = ts->buf_idx;

	ts->len = (uint16_t)packet_length(rx);
	ts->buf_idx = rs->buf_idx;
	rs->buf_idx = buf_idx;
	ts->flags |= NS_BUF_CHANGED;
	rs->flags |= NS_BUF_CHANGED;
	advance(rx);
	advance(tx);
}

/* The same by copying, between any two regions. */
static inline void
copy_packet(struct netmap_ring *rx, struct netmap_ring *tx)
{
	struct netmap_slot *ts = &tx->slot[tx->head];
	size_t len = packet_length(rx);

	ts->len = (uint16_t)(len > tx->nr_buf_size ? tx->nr_buf_size : len);
	memcpy(NETMAP_BUF(tx, ts->buf_idx), packet_bytes(rx), ts->len);
	advance(rx);
	advance(tx);
}

#endif
