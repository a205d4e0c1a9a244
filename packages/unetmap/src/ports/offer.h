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

#endif
