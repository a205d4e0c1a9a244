// SPDX-License-Identifier: BSD-2-Clause
//
// Those who must go on undisturbed: two ports on the attackers' switch, and the other end of their pipe.
#ifndef TESTS_HOSTILE_NEIGHBORS_H_
#define TESTS_HOSTILE_NEIGHBORS_H_

#include "../death/traffic.h"

struct neighbors {
	struct nm_desc *tx, *rx, *end;
	uint64_t sent, seen;
};

enum { OWN_STREAM = 77, NEIGHBORS_BURST = 32, LEAST_SEEN = 1000 };

static inline struct neighbors neighbors_open(const char *pipe_end)
{
	return (struct neighbors){.tx = open_port("vale0:w1"), .rx = open_port("vale0:w2"), .end = open_port(pipe_end)};
}

static inline void neighbors_send(struct neighbors *n)
{
	for (int i = 0; i < NEIGHBORS_BURST; i++)
		n->sent += put_frame(n->tx, 3, (struct mark){.stream = OWN_STREAM, .seq = n->sent});
	ioctl(n->tx->fd, NIOCTXSYNC, NULL);
}

// Attackers send what they find in buffers, the frames of others too: copies are no fault.
static inline int is_own(const struct netmap_slot *slot, const char *frame)
{
	struct mark m;

	memcpy(&m, frame + MARK_OFS, sizeof m);
	return slot->len == FRAME_BYTES && m.stream == OWN_STREAM;
}

static inline void neighbors_close(struct neighbors *n)
{
	printf("%lu frames sent among attackers, %lu seen\n", n->sent, n->seen);
	CHECK(n->seen > LEAST_SEEN, "no traffic");
	nm_close(n->tx);
	nm_close(n->rx);
	nm_close(n->end);
}

#endif
