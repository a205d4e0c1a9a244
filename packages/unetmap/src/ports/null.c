// SPDX-License-Identifier: BSD-2-Clause
#include "ports/null.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct port *make(const char *name, const struct port_wish *wish, int *error)
{
	const struct area_need none = {0};
	int area = port_choose_area("", wish, &none);
	struct port *port = area < 0 ? NULL : port_alloc(name, KIND_NULL, wish);

	*error = area < 0 ? area : port ? 0 : -ENOMEM;
	if (!port)
		return NULL;
	memset(port->ring_count, 0, sizeof port->ring_count);
	memset(port->slot_count, 0, sizeof port->slot_count);
	port->area_gen = segment->areas[area].gen;
	port->area = area;
	port_announce(port);
	return port;
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

	port_free(port);
	port_leave_area(area);
}

static int claims(const char *name)
{
	return 0; // asked for by mode, never by name
}

const struct port_ops null_ops = {
	.kind = KIND_NULL,
	.claims = claims,
	.unused = unused,
};
