// SPDX-License-Identifier: BSD-2-Clause
//
// The host's side of passthrough: a port whose rings are synced here, and used by a guest (core/bar.h).
#ifndef UNETMAP_PORTS_OFFER_H_
#define UNETMAP_PORTS_OFFER_H_

#include <unetmap/passthrough.h>

#include "ports/port.h"

static inline int offer_is_wished(const struct port_wish *wish)
{
	return (wish->flags & UNETMAP_NR_PASSTHROUGH) != 0;
}

// Whether a registration with this wish may have the port. From the first one that passes it through on,
// its marks are where the guest has them. 0, -EBUSY, or -EOPNOTSUPP. Control lock held.
int offer_port(struct port *port, const struct port_wish *wish);

// What the guest calls it. Control lock held.
void offer_name(struct port *port, const char *name);

// Lets the guest know what was counted.
void offer_tell_counts(const struct port *port);

// A neighbor syncs the rx ring k of a guest: what the guest has released is free then, and what has arrived is
// seen, without a turn of the process that serves the guest. 0 if that is at it just now, and may have missed what
// came last. Whoever calls may hold the lock of a tx ring, but no qlock.
int offer_refresh(struct kring *k);

#endif
