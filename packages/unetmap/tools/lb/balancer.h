// SPDX-License-Identifier: BSD-2-Clause
#ifndef LB_BALANCER_H
#define LB_BALANCER_H

#include <libnetmap.h>

#include "options.h"
#include "queue.h"

// Written by the balancer, read by the reporter at any time.
struct counters {
	uint64_t packets, bytes;
	uint64_t drops, dropped_bytes;
	uint64_t held; // slots in the overflow queue
};

// The sending end of a pipe.
//
//          passed on        with the reader, or released        room
//   ... ------------- unpassed ------------------------- head ------- limit ...
//
// limit is the slot before unpassed: a slot is used again only when its packet has been given to the
// next group.  In the last group unpassed follows the ring's tail at once.
struct pipe {
	char name[128];
	struct nmport_d *port;
	struct netmap_ring *ring;
	struct queue overflow;  // packets that found no room, oldest first
	struct piece *sent;     // by slot: what it held when it was sent
	uint32_t unpassed;
	struct counters counters;
};

struct group {
	char name[64];
	struct pipe *pipes;
	uint32_t pipe_count;
	uint32_t first_id;
};

struct balancer {
	const struct options *o;
	struct nmport_d *input;
	struct netmap_ring *memory; // a ring of the region that all ports share
	struct pipe *pipes;         // those of all groups
	uint32_t pipe_count;
	struct group groups[MAX_GROUPS];
	struct queue spare;   // free buffers
	struct piece *packet; // the one that is being given to a pipe
	uint64_t received, not_ip;
};

static inline void
count(uint64_t *counter, uint64_t more)
{
	__atomic_store_n(counter, *counter + more, __ATOMIC_RELAXED);
}

static inline uint64_t
counted(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

// Opens the input and all pipes; 0, or -1 after a line on stderr.
int balancer_open(struct balancer *b, const struct options *o);

// Packets that are still held count as dropped; their buffers go back to the engine.
void balancer_close(struct balancer *b);

// One turn after a sync of all ports: what readers released goes to the next groups, what was held
// to pipes with room, what came in to the first group.
void balancer_turn(struct balancer *b);

#endif
