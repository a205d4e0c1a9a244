// SPDX-License-Identifier: BSD-2-Clause
//
// Monitors: ports that show what another port sends, receives, or both.
#ifndef UNETMAP_PORTS_MONITOR_H_
#define UNETMAP_PORTS_MONITOR_H_

#include "core/ring.h"
#include "ports/port.h"

// A monitor of the port `name` by NR_MONITOR_TX, NR_MONITOR_RX, NR_ZCOPY_MON in wish->flags. NULL with
// *error: -EINVAL if nobody has that port open, -ENOMEM. Control lock held.
struct port *monitor_open(const char *name, const struct port_wish *wish, int *error);

// Shows slots from..to of a ring to whoever watches its direction. A monitor that is full loses them;
// the port never waits. k's `lock` held.
void monitor_copy(struct port *port, struct kring *k, struct netmap_ring *ring, char *base, uint32_t from,
		  uint32_t to);

// The same for what an rx sync is about to show: from k->rtail, which moves to `tail`, up to there.
void monitor_received(struct port *port, struct kring *k, struct netmap_ring *ring, char *base, uint32_t tail);

// The port has no user any more: its monitors show nothing from now on but an error in poll.
void monitors_orphan(struct port *port);

#endif
