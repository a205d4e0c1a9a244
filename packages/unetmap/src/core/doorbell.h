// SPDX-License-Identifier: BSD-2-Clause
//
// Sleeping and waking. A waiter raises two flags, its descriptor's `armed` and the `wanted` of each
// ring it waits for, looks at the rings once more, and sleeps on its FIFO. A producer publishes,
// then looks at `wanted` of that one ring; only if it is up does it go through the descriptors
// bound to the port and write a byte to the FIFO of each armed one. (Pairings: barriers.h.)
//
// A flag is a count of which the lowest bit says whether it is up. It is taken down after the byte was
// written, by a producer who has seen that same count: if he is killed before, the next one rings.
#ifndef UNETMAP_CORE_DOORBELL_H_
#define UNETMAP_CORE_DOORBELL_H_

#include <stdint.h>

#include "core/barriers.h"
#include "core/region.h"
#include "core/segment.h"

enum { DOORBELL_UP = 1 };

void doorbell_path(char path[REGION_PATH_BYTES], uint16_t desc, uint32_t gen);

// Wakes who waits for this ring; the caller has published what they wait for.
void doorbell_ring_slow(struct kring *ring);

// For a caller who has fenced since.
static inline void doorbell_ring_fenced(struct kring *ring)
{
	if (__builtin_expect(glance(&ring->wanted) & DOORBELL_UP, 0))
		doorbell_ring_slow(ring);
}

static inline void doorbell_ring(struct kring *ring)
{
	full_fence();
	doorbell_ring_fenced(ring);
}

// Wakes who sleeps on this descriptor. 1 if anybody does.
int doorbell_ring_desc(uint16_t id);

// Wakes everybody on a port, whatever they wait for (it has gone, say).
void doorbell_ring_port(struct port *port);

// Before sleeping: raises the flags for the rings of one direction. The caller looks at the rings
// afterwards, and must call doorbell_disarm whether it slept or not.
void doorbell_arm(struct desc *d);
void doorbell_want(struct desc *d, enum ring_dir dir);
void doorbell_disarm(struct desc *d);

// True if another thread or process sleeps on the same FIFO (or was killed doing so).
int doorbell_is_shared(struct desc *d);

void doorbell_drain(int fd);

#endif
