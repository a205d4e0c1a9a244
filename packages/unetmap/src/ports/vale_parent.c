// SPDX-License-Identifier: BSD-2-Clause
#include "ports/vale_parent.h"

#include <errno.h>
#include <string.h>

#include "core/sys.h"
#include "ports/vale.h"
#include "ports/vale_persistent.h"

int vale_has_pipes(const char *name)
{
	for (uint32_t id = 0; id < segment->port_high; id++) {
		const struct port *port = port_at(id);
		uint32_t length = pipe_base_length(port->name);

		if (port->state == STATE_ACTIVE && port->kind == KIND_PIPE && length == strlen(name) &&
		    !strncmp(port->name, name, length))
			return 1;
	}
	return 0;
}

int vale_parent_is_needed(const struct port *port)
{
	return vale_has_pipes(port->name) || (port->flags & VALE_PERSISTENT && vale_is_shown(port));
}

// A name without a switch is that of a port of its own, as newif makes them.
static int take_place(struct port *port, const char *base)
{
	const char *colon = strchr(base, ':');

	port->flags = VALE_PARENT;
	if (colon)
		return vale_find_persistent(colon + 1) ? -EINVAL : vale_enter(port, base);
	port->flags |= VALE_PERSISTENT;
	return vale_may_name_interface(base) ? 0 : -ENXIO;
}

static int settle(struct port *port, const struct port_wish *wish, const struct area_need *need)
{
	const uint16_t before = port->area;
	int area = port_choose_area(port->name, wish, need);

	if (area < 0)
		return area;
	port->area_gen = segment->areas[area].gen;
	port->area = area;
	port_leave_area(before);
	return 0;
}

static struct port *make(const char *base, const struct port_wish *wish, const struct area_need *need, int *error)
{
	struct port *port = port_alloc(base, KIND_VALE, wish);

	*error = port ? take_place(port, base) : -ENOMEM;
	if (!*error)
		*error = settle(port, wish, need);
	if (*error) {
		if (port)
			vale_dissolve(port);
		return NULL;
	}
	if (port->sw != NONE)
		vale_show(port);
	port_announce(port);
	return port;
}

// As everything that has a name of its own, it moves with who asks for another area, while nobody has
// it open; the pipes that are there stay in theirs.
static int moves(const struct port *port, const struct port_wish *wish)
{
	return port->kind == KIND_VALE && port->flags & VALE_PERSISTENT && !port->user_count && wish->mem_id;
}

struct port *vale_parent(const char *base, const struct port_wish *wish, const struct area_need *need, int *error)
{
	struct port *port = port_find(base);

	*error = 0;
	if (!port && !sys_interface_index(base))
		return make(base, wish, need, error);
	if (port && moves(port, wish))
		*error = settle(port, wish, need);
	return *error ? NULL : port;
}

void vale_parent_left(const char *base)
{
	struct port *port = port_find(base);

	if (port && port->kind == KIND_VALE && !port->user_count)
		port_ops(KIND_VALE)->unused(port);
}
