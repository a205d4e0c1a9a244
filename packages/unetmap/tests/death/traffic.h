// SPDX-License-Identifier: BSD-2-Clause
//
// Numbered frames for the tests of death: each carries a stream and a sequence number.
#ifndef TESTS_DEATH_TRAFFIC_H_
#define TESTS_DEATH_TRAFFIC_H_

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

struct mark {
	uint32_t stream, generation;
	uint64_t seq;
};

static inline int later(const struct mark *a, const struct mark *b)
{
	return a->generation != b->generation ? a->generation > b->generation : a->seq > b->seq;
}

enum { FRAME_BYTES = 60, MARK_OFS = 14, BROADCAST = 0xff };

static inline struct netmap_ring *tx_ring(struct nm_desc *d)
{
	return NETMAP_TXRING(d->nifp, 0);
}

static inline struct netmap_ring *rx_ring(struct nm_desc *d)
{
	return NETMAP_RXRING(d->nifp, 0);
}

static inline double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

// Opens a port or ends the test: a port that is busy after its owner's death is what it looks for.
static inline struct nm_desc *open_port(const char *name)
{
	struct nm_desc *d = nm_open(name, NULL, 0, NULL);

	if (!d) {
		printf("cannot open %s: %s\n", name, strerror(errno));
		fflush(stdout);
		_exit(1);
	}
	return d;
}

// One frame into the tx ring, not yet synced; 0 when it is full.
static inline int put_frame(struct nm_desc *d, uint8_t source, struct mark mark)
{
	struct netmap_ring *ring = tx_ring(d);
	struct netmap_slot *slot = &ring->slot[ring->head];
	uint8_t *frame = (uint8_t *)NETMAP_BUF(ring, slot->buf_idx);

	if (ring->head == ring->tail)
		return 0;
	memset(frame, 0xff, 6);
	memset(frame + 6, 0, 6);
	frame[6] = 2;
	frame[11] = source;
	memcpy(frame + MARK_OFS, &mark, sizeof mark);
	slot->len = FRAME_BYTES;
	slot->flags = 0;
	ring->cur = nm_ring_next(ring, ring->head);
	__atomic_store_n(&ring->head, ring->cur, __ATOMIC_RELEASE);
	return 1;
}

// The next received frame, not yet released to the sender; 0 when there is none.
static inline int take_frame(struct nm_desc *d, struct mark *mark)
{
	struct netmap_ring *ring = rx_ring(d);
	struct netmap_slot *slot = &ring->slot[ring->head];

	if (nm_ring_empty(ring))
		return 0;
	memcpy(mark, NETMAP_BUF(ring, slot->buf_idx) + MARK_OFS, sizeof *mark);
	CHECK(slot->len == FRAME_BYTES, "a frame of %u bytes", slot->len);
	ring->head = ring->cur = nm_ring_next(ring, ring->head);
	return 1;
}

static inline void sleep_us(unsigned us)
{
	struct timespec t = {0, us * 1000L};

	nanosleep(&t, NULL);
}

static inline pid_t start(void (*body)(void *), void *argument)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	body(argument);
	_exit(0);
}

// Returns 0 if it had ended by itself, having failed at something.
static inline int kill_and_reap(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

#endif
