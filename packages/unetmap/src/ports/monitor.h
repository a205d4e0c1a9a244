// SPDX-License-Identifier: BSD-2-Clause
//
// Monitors: ports that show what another port sends, receives, or both.
#ifndef UNETMAP_PORTS_MONITOR_H_
#define UNETMAP_PORTS_MONITOR_H_

#include "core/barriers.h"
#include "core/ring.h"
#include "ports/port.h"

// A monitor of the port `name` by NR_MONITOR_TX, NR_MONITOR_RX, NR_ZCOPY_MON in wish->flags. NULL with
// *error: -EINVAL if nobody has that port open, -ENOMEM. Control lock held.
struct port *monitor_open(const char *name, const struct port_wish *wish, int *error);

int monitor_is_zero_copy(const struct port *port);

// Gives copies of slots from..to of a ring to whoever watches its direction. A monitor that has too
// little room gets the last of them; the port never waits. k's `lock` held.
void monitor_copy(struct port *port, struct kring *k, struct netmap_ring *ring, char *base, uint32_t from,
		  uint32_t to);

// The same for what has arrived on an rx ring up to `tail`.
void monitor_received(struct port *port, struct kring *k, struct netmap_ring *ring, char *base, uint32_t tail);

// Frames were put into rx ring k, whose owner may be away: its monitors need not wait for him. Unless
// somebody is at work on it, who will then do it.
void monitor_arrived(struct port *port, struct kring *k);

// Slots from..to of a ring are done with: tx slots before the program is shown that it has them back,
// rx slots after it released them. A zero-copy monitor takes their buffers and gives some of its own.
void monitor_swap(struct port *port, struct kring *k, struct netmap_ring *ring, uint32_t from, uint32_t to);

static inline void monitor_done_with(struct port *port, struct kring *k, struct netmap_ring *ring, uint32_t from,
				     uint32_t to)
{
	if (__builtin_expect(glance(&port->zero_copy) != 0, 0) && from != to)
		monitor_swap(port, k, ring, from, to);
}

// The port has no user any more: its monitors show nothing from now on but an error in poll.
void monitors_orphan(struct port *port);

#endif
