// SPDX-License-Identifier: BSD-2-Clause
//
// Syncing what a descriptor is bound to: the work of NIOCTXSYNC, NIOCRXSYNC and poll.
#ifndef UNETMAP_PORTS_SYNC_H_
#define UNETMAP_PORTS_SYNC_H_

#include "core/segment.h"

// Syncs the rings of one direction. 0, or -ENXIO if the descriptor is bound to no port.
int sync_rings(struct desc *d, enum ring_dir dir);

// What poll does before it answers: pushes tx, refreshes rx. Returns the events that are ready, of
// those asked for, and POLLERR. Never sleeps.
short sync_for_poll(struct desc *d, short events);

// Changes whenever a sync showed the program something new (for edge-triggered waiters).
uint64_t sync_signature(struct desc *d, enum ring_dir dir);

#endif
