// SPDX-License-Identifier: BSD-2-Clause
//
// Which area a port lives in: netmap's rules of sharing.
#include <errno.h>
#include <string.h>

#include "core/region.h"
#include "core/sys.h"
#include "ports/port.h"

static int by_id(uint16_t mem_id)
{
	uint16_t id = mem_id - 1;

	if (id >= MAX_AREAS)
		return -EINVAL;
	if (segment->areas[id].state == STATE_ACTIVE)
		return segment->areas[id].bar_bytes ? -EINVAL : id; // a guest writes there
	return id == GLOBAL_AREA ? area_create_global() : -EINVAL;
}

int port_check_memory(uint16_t mem_id)
{
	const int is_there = mem_id <= GLOBAL_AREA + 1 ||
			     (mem_id <= MAX_AREAS && segment->areas[mem_id - 1].state == STATE_ACTIVE);

	return is_there ? 0 : -EINVAL;
}

static int has_base(const struct port *port, const char *base)
{
	uint32_t length = pipe_base_length(port->name);

	return length ? strlen(base) == length && !strncmp(port->name, base, length) : !strcmp(port->name, base);
}

static int may_share(const struct port *port)
{
	return port->kind != KIND_NULL && port->kind != KIND_MONITOR && !segment->areas[port->area].bar_bytes;
}

static int of_relative(const char *base)
{
	for (uint32_t id = 0; id < segment->port_high; id++) {
		struct port *port = port_at(id);

		if (port->state == STATE_ACTIVE && port->area != NONE && has_base(port, base) && may_share(port))
			return port->area;
	}
	return -ENOENT;
}

int port_choose_area(const char *base, const struct port_wish *wish, const struct area_need *need)
{
	int id;

	if (region_has_room((uint64_t)need->buffers * BUFFER_BYTES))
		return -ENOMEM;
	if (need->for_guest)
		return wish->mem_id ? -EINVAL : area_create_private(need);
	if (wish->mem_id)
		return by_id(wish->mem_id);
	id = of_relative(base);
	if (id < 0 && *base && sys_interface_index(base))
		return by_id(GLOBAL_AREA + 1); // where the device's port would be
	return id >= 0 ? id : area_create_private(need);
}

static int is_used(uint16_t area)
{
	for (uint32_t id = 0; id < segment->port_high; id++)
		if (port_at(id)->state != STATE_FREE && port_at(id)->area == area)
			return 1;
	for (uint32_t id = 0; id < segment->desc_high; id++) {
		struct desc *d = &segment->descs[id];

		if (d->state != STATE_FREE && (d->port != NONE || d->held) && d->area == area)
			return 1;
	}
	return 0;
}

void port_leave_area(uint16_t area)
{
	if (area != NONE && segment->areas[area].state == STATE_ACTIVE && !is_used(area))
		area_destroy(area);
}
