// SPDX-License-Identifier: BSD-2-Clause
/* What both programs do with rings and ports. */
#ifndef RINGS_H
#define RINGS_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

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

/* Throws the packet at head away. */
static inline void
drop_packet(struct netmap_ring *rx)
{
	rx->head = rx->cur = nm_ring_next(rx, rx->head);
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
	rx->head = rx->cur = nm_ring_next(rx, rx->head);
	tx->head = tx->cur = nm_ring_next(tx, tx->head);
}

static inline uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

#endif
