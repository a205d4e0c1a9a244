// SPDX-License-Identifier: BSD-2-Clause
#ifndef LB_QUEUE_H
#define LB_QUEUE_H

#include <stdint.h>

// One slot's worth of a packet, outside of a ring.
struct piece {
	uint32_t buf_idx;
	uint16_t len;
	uint16_t flags;
	uint32_t hash;
	uint32_t offset; // of the first byte in the buffer
};

// A circular queue.  It is never asked to hold more than its size.
struct queue {
	struct piece *pieces;
	uint32_t first, count, size;
};

// Returns 0, or -1 if there is no memory.
int queue_init(struct queue *q, uint32_t size);
void queue_free(struct queue *q);

void queue_push(struct queue *q, const struct piece *piece);
struct piece queue_pop(struct queue *q);

// Slots of the packet in front; 0 if the queue is empty.
uint32_t queue_front_slots(const struct queue *q);

#endif
