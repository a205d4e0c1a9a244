// SPDX-License-Identifier: BSD-2-Clause
//
// Syncing what a descriptor is bound to: the work of NIOCTXSYNC, NIOCRXSYNC and poll.
#ifndef UNETMAP_PORTS_SYNC_H_
#define UNETMAP_PORTS_SYNC_H_

#include <poll.h>

#include "core/ring.h"
#include "core/segment.h"

// Syncs the rings of one direction. 0, -ENXIO if the descriptor is bound to no port, or -EBUSY if its
// marks are outside the rings: then a sync loop does it.
int sync_rings(struct desc *d, enum ring_dir dir);

// The marks of a ring whose program keeps them elsewhere.
struct outside_marks {
	uint32_t head, cur;   // in
	uint32_t hwcur, tail; // out
};

// Syncs one ring of the descriptor with such marks. Returns MARKS_WRONG, and then nothing has moved, if
// they make no sense or the descriptor has no such ring.
enum marks sync_with_marks(struct desc *d, enum ring_dir dir, int n, struct outside_marks *m);

// What poll does before it answers: pushes tx, refreshes rx. Returns the events that are ready, of
// those asked for, and POLLERR. Never sleeps.
short sync_for_poll(struct desc *d, short events);

// What else than its doorbell can wake who sleeps for these events: fills in at most `max` entries and
// returns how many.
int sync_wait_fds(struct desc *d, short events, struct pollfd *fds, int max);

// True if nothing at all wakes who sleeps on its rings.
int sync_naps(const struct desc *d);

// Grows whenever a sync showed the program something new (for edge-triggered waiters).
uint64_t sync_signature(struct desc *d, enum ring_dir dir);

#endif
