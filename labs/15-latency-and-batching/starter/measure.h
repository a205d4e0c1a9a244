// SPDX-License-Identifier: BSD-2-Clause
/* What is measured, and what you write for it in measure.c. */
#ifndef MEASURE_H
#define MEASURE_H

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

#ifdef __cplusplus
extern "C" {
#endif

enum { TYPE = 0x88b5 };	/* of Ethernet frames that are experiments */
enum { FRAME_BYTES = 60, STAMP_AT = 42, SUB_BUCKETS = 16, BUCKETS = 61 * SUB_BUCKETS, GIVE_UP_MS = 1500 };

/* How often each latency was seen. A bucket is at most a sixteenth of its value wide. */
struct histogram {
	uint64_t count[BUCKETS], total;
};

struct load {
	struct nm_desc *port;
	struct netmap_ring *tx, *rx;
	uint64_t interval_ns;	/* between packets; 0: as fast as there is room */
	uint64_t batch;		/* packets that leave together */
	uint64_t patience_ns;	/* how long a packet may wait for its batch; 0: as long as it takes */
	uint64_t count;		/* packets that shall be sent in all */
	uint64_t start_ns, sent, received;
	struct histogram latency;
};

static inline uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* When the packet of this number has to leave, the first one being 0. */
static inline uint64_t
due_ns(const struct load *l, uint64_t number)
{
	return l->start_ns + number * l->interval_ns;
}

/* Writes a packet with a time in it into the slot at head, and moves head. It leaves with the next sync. */
static inline void
put_packet(struct load *l, uint64_t stamp_ns)
{
	struct netmap_slot *slot = &l->tx->slot[l->tx->head];
	uint8_t *frame = (uint8_t *)NETMAP_BUF(l->tx, slot->buf_idx);

	memset(frame, 0, FRAME_BYTES);
	memset(frame, 0xff, 6);
	frame[6] = 2;
	frame[12] = TYPE >> 8;
	frame[13] = TYPE & 0xff;
	memcpy(frame + STAMP_AT, &stamp_ns, sizeof(stamp_ns));
	slot->len = FRAME_BYTES;
	l->tx->head = l->tx->cur = nm_ring_next(l->tx, l->tx->head);
	l->sent++;
}

/* The length of what is at head, and its bytes. It may be anything: others send to you, too. */
static inline uint16_t
length_at_head(const struct load *l)
{
	return l->rx->slot[l->rx->head].len;
}

static inline const uint8_t *
bytes_at_head(const struct load *l)
{
	return (const uint8_t *)NETMAP_BUF(l->rx, l->rx->slot[l->rx->head].buf_idx);
}

/* Gives back what is at head, and forgets it. */
static inline void
skip_packet(struct load *l)
{
	l->rx->head = l->rx->cur = nm_ring_next(l->rx, l->rx->head);
}

/* Takes the echo at head, and gives the time that is in it. */
static inline uint64_t
take_packet(struct load *l)
{
	uint64_t stamp_ns;

	memcpy(&stamp_ns, bytes_at_head(l) + STAMP_AT, sizeof(stamp_ns));
	skip_packet(l);
	l->received++;
	return stamp_ns;
}

static inline void
send_now(const struct load *l)
{
	ioctl(NETMAP_FD(l->port), NIOCTXSYNC, NULL);
}

/* Sleeps until something has come. False when nothing comes for GIVE_UP_MS. */
static inline bool
wait_for_echo(const struct load *l)
{
	struct pollfd pfd = { .fd = NETMAP_FD(l->port), .events = POLLIN, .revents = 0 };

	return poll(&pfd, 1, GIVE_UP_MS) > 0;
}

/* Powers of two, each in SUB_BUCKETS parts. */
static inline unsigned
bucket_of(uint64_t ns)
{
	unsigned power = 0;

	while (ns >> power >= 2 * SUB_BUCKETS)
		power++;
	return power * SUB_BUCKETS + (unsigned)(ns >> power);
}

/* The largest value that falls into a bucket. */
static inline uint64_t
bucket_ns(unsigned bucket)
{
	unsigned power = bucket < 2 * SUB_BUCKETS ? 0 : bucket / SUB_BUCKETS - 1;

	return ((uint64_t)(bucket - power * SUB_BUCKETS + 1) << power) - 1;
}

static inline void
record(struct histogram *h, uint64_t ns)
{
	unsigned bucket = bucket_of(ns);

	h->count[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
	h->total++;
}

/* The latency that so many of a hundred packets do not exceed; 0 when there are none. */
uint64_t percentile(const struct histogram *h, double percent);

/* Sends one packet, waits for its echo, sends the next one: `count` times, or until no echo comes. */
void ping_pong(struct load *l);

/* Sends what is due, in batches. Never waits. */
void send_due(struct load *l);

/* Takes all echoes that have come. Never waits. */
void take_echoes(struct load *l);

#ifdef __cplusplus
}
#endif

#endif
