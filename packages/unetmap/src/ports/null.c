// SPDX-License-Identifier: BSD-2-Clause
#include "ports/null.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int is_possible(const struct port_wish *wish)
{
	for (int dir = RX; dir <= TX; dir++)
		if (wish->rings[dir] > MAX_RINGS || wish->slots[dir] > MAX_SLOTS || (wish->rings[dir] && !wish->slots[dir]))
			return 0;
	return 1;
}

static int furnish(struct port *port, int area, const struct port_wish *wish)
{
	for (int dir = RX; dir <= TX; dir++) {
		port->ring_count[dir] = wish->rings[dir];
		port->slot_count[dir] = wish->slots[dir];
	}
	port->area_gen = segment->areas[area].gen;
	port->area = area;
	return port_make_own_rings(port);
}

static struct port *make(const char *name, const struct port_wish *wish, int *error)
{
	const struct area_need none = {0};
	int area = is_possible(wish) ? port_choose_area("", wish, &none) : -ENOMEM;
	struct port *port = area < 0 ? NULL : port_alloc(name, KIND_NULL, wish);

	*error = area < 0 ? area : port ? furnish(port, area, wish) : -ENOMEM;
	if (port && !*error)
		port_announce(port);
	else if (port)
		port_free(port);
	if (area >= 0 && *error)
		port_leave_area(area);
	return *error ? NULL : port;
}

struct port *null_open(const char *name, const struct port_wish *wish, int *error)
{
	char full[PORT_NAME_BYTES];
	struct port *port;

	*error = -EINVAL;
	if (!wish->mem_id || snprintf(full, sizeof full, "null:%s", name) >= (int)sizeof full)
		return NULL;
	*error = 0;
	port = port_find(full);
	return port ? port : make(full, wish, error);
}

static void unused(struct port *port)
{
	uint16_t area = port->area;

	port_drop_rings(port, TX, 1);
	port_drop_rings(port, RX, 1);
	port_free(port);
	port_leave_area(area);
}

static int claims(const char *name)
{
	return 0; // asked for by mode, never by name
}

// What is released stays where it is: nothing ever leaves, and nothing arrives.
static enum marks tx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	return ring_read_tx_marks(k, ring, k->rtail);
}

static enum marks rx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	return ring_read_rx_marks(k, ring, k->hwtail, 0);
}

const struct port_ops null_ops = {
	.kind = KIND_NULL,
	.claims = claims,
	.unused = unused,
	.tx_sync = tx_sync,
	.rx_sync = rx_sync,
};
