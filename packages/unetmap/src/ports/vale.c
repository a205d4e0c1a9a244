// SPDX-License-Identifier: BSD-2-Clause
//
// VALE: switches and their ports. Frames are moved in vale_forward.c.
#include "ports/vale.h"

#include <errno.h>
#include <string.h>

#include "core/barriers.h"
#include "ports/port.h"

// ---- switches ----

static uint32_t switch_name_length(const char *name)
{
	return strcspn(name, ":");
}

int vale_find_switch(const char *name)
{
	uint32_t length = switch_name_length(name);

	for (int i = 0; i < MAX_SWITCHES; i++) {
		struct vale_switch *s = &segment->switches[i];

		if (s->state == STATE_ACTIVE && strlen(s->name) == length && !strncmp(s->name, name, length))
			return i;
	}
	return -ENOENT;
}

static int make_switch(const char *name)
{
	for (int i = 0; i < MAX_SWITCHES; i++) {
		struct vale_switch *s = &segment->switches[i];

		if (s->state != STATE_FREE)
			continue;
		memset(s, 0, sizeof *s);
		memcpy(s->name, name, switch_name_length(name));
		publish(&s->state, STATE_ACTIVE);
		return i;
	}
	return -ENOMEM;
}

static void drop_switch_if_empty(struct vale_switch *s)
{
	for (int i = 0; i < MAX_SWITCH_PORTS; i++)
		if (s->ports[i])
			return;
	publish(&s->state, STATE_FREE);
}

// ---- ports on a switch ----

static int free_index(const struct vale_switch *s)
{
	for (int i = 0; i < MAX_SWITCH_PORTS; i++)
		if (!s->ports[i])
			return i;
	return -ENOMEM;
}

static int enter_switch(struct port *port)
{
	int sw = vale_find_switch(port->name);
	int index;

	if (sw < 0)
		sw = make_switch(port->name);
	if (sw < 0)
		return sw;
	index = free_index(&segment->switches[sw]);
	if (index < 0)
		return index;
	port->sw = sw;
	port->sw_port = index;
	return 0;
}

// From here on senders find the port.
static void show_on_switch(struct port *port)
{
	struct vale_switch *s = &segment->switches[port->sw];

	publish(&s->ports[port->sw_port], port_id(port) + 1);
	if (s->port_high <= port->sw_port)
		publish(&s->port_high, port->sw_port + 1u);
}

static void leave_switch(struct port *port)
{
	struct vale_switch *s;

	if (port->sw == NONE)
		return;
	s = &segment->switches[port->sw];
	if (s->ports[port->sw_port] == port_id(port) + 1)
		publish(&s->ports[port->sw_port], 0);
	drop_switch_if_empty(s);
}

// ---- the port ----

static int claims(const char *name)
{
	return vale_name_check(name, strlen(name));
}

static int choose_area(struct port *port, const struct port_wish *wish)
{
	const uint32_t rx = port->ring_count[RX], tx = port->ring_count[TX];
	const uint32_t rx_slots = port->slot_count[RX], tx_slots = port->slot_count[TX];
	const struct area_need need = {
		.rings = rx + tx,
		.slots_per_ring = rx_slots > tx_slots ? rx_slots : tx_slots,
		.buffers = rx * rx_slots + tx * tx_slots + wish->extra_bufs,
	};
	int area = port_choose_area(port->name, wish, &need);

	if (area < 0)
		return area;
	port->area_gen = segment->areas[area].gen;
	port->area = area;
	return 0;
}

static int furnish(struct port *port, const struct port_wish *wish)
{
	int error = enter_switch(port);

	if (!error)
		error = choose_area(port, wish);
	return error ? error : port_make_own_rings(port, wish);
}

static void dissolve(struct port *port)
{
	uint16_t area = port->area;

	leave_switch(port);
	port_free(port);
	port_leave_area(area);
}

static int create(const char *name, const struct port_wish *wish)
{
	struct port *port = port_alloc(name, KIND_VALE, wish);
	int error;

	if (!port)
		return -ENOMEM;
	error = furnish(port, wish);
	if (error) {
		dissolve(port);
		return error;
	}
	show_on_switch(port);
	port_announce(port);
	return port_id(port);
}

static void unused(struct port *port)
{
	publish(&segment->switches[port->sw].ports[port->sw_port], 0);
	port_drop_rings(port, TX, 1);
	port_drop_rings(port, RX, 1);
	dissolve(port);
}

const struct port_ops vale_ops = {
	.kind = KIND_VALE,
	.claims = claims,
	.create = create,
	.unused = unused,
	.tx_sync = vale_tx_sync,
	.rx_sync = vale_rx_sync,
};
