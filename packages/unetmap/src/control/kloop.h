// SPDX-License-Identifier: BSD-2-Clause
//
// Sync loops: a thread that gives itself to the engine, and moves the frames of a descriptor whose
// marks are outside its rings (csb.h) until another one tells it to stop. kloop.c is the life of a
// loop, kloop_ring.c what it does with one ring.
#ifndef UNETMAP_CONTROL_KLOOP_H_
#define UNETMAP_CONTROL_KLOOP_H_

#include <net/netmap.h>

#include "core/barriers.h"
#include "core/segment.h"

struct loop_ring {
	enum ring_dir dir;
	int n;
	uint32_t num_slots;
	struct nm_csb_atok *atok;
	struct nm_csb_ktoa *ktoa;
	int io, irq;   // eventfds: the program kicks us, we interrupt it; -1 = none
	int direct;    // served when kicked, and only then; interrupts are passed on
	uint32_t tail; // as the program was last shown
};

struct loop {
	struct desc *d;
	uint32_t sleep_us;
	int sleeps; // until kicked or rung, instead of looking around every sleep_us
	int epoll, bell;
	int count;
	struct loop_ring rings[2 * MAX_RINGS + 2];
};

static inline int kloop_must_stop(const struct loop *l)
{
	return glance(&l->d->loop_stop) != 0;
}

// Moves what there is to move in one ring, until nothing is left or the loop is to stop.
void kloop_serve(struct loop *l, struct loop_ring *r);
void kloop_interrupt(const struct loop_ring *r);

#endif
