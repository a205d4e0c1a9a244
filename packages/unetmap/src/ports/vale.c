// SPDX-License-Identifier: BSD-2-Clause
//
// VALE: switches and their ports. Frames are moved in vale_forward.c.
#include "ports/vale.h"

#include <errno.h>
#include <string.h>
#include <unetmap/attachment.h>

#include "core/barriers.h"
#include "core/sys.h"
#include "ports/module.h"
#include "ports/offer.h"
#include "ports/port.h"
#include "ports/vale_parent.h"
#include "ports/vale_persistent.h"

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

static int is_empty(const struct vale_switch *s)
{
	for (int i = 0; i < MAX_SWITCH_PORTS; i++)
		if (s->ports[i])
			return 0;
	return 1;
}

// A switch without ports is one whose maker has died.
static int make_switch(const char *name)
{
	for (int i = 0; i < MAX_SWITCHES; i++) {
		struct vale_switch *s = &segment->switches[i];

		if (s->state != STATE_FREE && !is_empty(s))
			continue;
		memset(s, 0, sizeof *s);
		memcpy(s->name, name, switch_name_length(name));
		s->ruler = module_of_new_switch(s->name);
		publish(&s->state, STATE_ACTIVE);
		return i;
	}
	return -ENOMEM;
}

// ---- ports on a switch ----

// The place that was left last, else the first that nobody had yet: netmap's order.
static int free_index(const struct vale_switch *s)
{
	int best = -ENOMEM;

	for (int i = MAX_SWITCH_PORTS - 1; i >= 0; i--)
		if (!s->ports[i] && (best < 0 || s->left[i] >= s->left[best]))
			best = i;
	return best;
}

static void leave_place(const struct port *port)
{
	struct vale_switch *s = &segment->switches[port->sw];

	module_hear(port, 0);
	s->left[port->sw_port] = ++s->leaves;
	publish(&s->ports[port->sw_port], 0);
}

int vale_enter(struct port *port, const char *full_name)
{
	int sw = vale_find_switch(full_name);
	int index;

	if (sw < 0)
		sw = make_switch(full_name);
	if (sw < 0)
		return sw;
	index = free_index(&segment->switches[sw]);
	if (index < 0)
		return index;
	port->sw = sw;
	port->sw_port = index;
	return 0;
}

void vale_show(struct port *port)
{
	struct vale_switch *s = &segment->switches[port->sw];

	publish(&s->ports[port->sw_port], port_id(port) + 1);
	if (s->port_high <= port->sw_port)
		publish(&s->port_high, port->sw_port + 1u);
	module_hear(port, 1);
}

// A process that died in attach or detach may have left a switch without a place.
int vale_is_shown(const struct port *port)
{
	return port->sw != NONE && port->sw_port != NONE &&
	       segment->switches[port->sw].ports[port->sw_port] == port_id(port) + 1;
}

void vale_leave(struct port *port)
{
	struct vale_switch *s;

	if (port->sw == NONE)
		return;
	s = &segment->switches[port->sw];
	if (vale_is_shown(port))
		leave_place(port);
	if (is_empty(s))
		publish(&s->state, STATE_FREE);
}

// ---- names: an attached port is known on its switch by the switch's name and its own ----

void vale_full_name(const struct port *port, char name[PORT_NAME_BYTES])
{
	const char *sw = strchr(port->name, ':') ? "" : segment->switches[port->sw].name;
	const uint32_t length = strlen(sw);

	memset(name, 0, PORT_NAME_BYTES);
	memcpy(name, sw, length);
	if (length)
		name[length] = ':';
	strncat(name, port->name, PORT_NAME_BYTES - 1 - strlen(name));
}

struct port *vale_port_named(const char *full_name)
{
	int sw = vale_find_switch(full_name);

	for (int i = 0; sw >= 0 && i < MAX_SWITCH_PORTS; i++) {
		uint16_t id = segment->switches[sw].ports[i];
		char name[PORT_NAME_BYTES];

		if (!id)
			continue;
		vale_full_name(port_at(id - 1), name);
		if (!strcmp(name, full_name))
			return port_at(id - 1);
	}
	return NULL;
}

// ---- the port ----

static int claims(const char *name)
{
	return vale_name_check(name, strlen(name));
}

int vale_choose_area(struct port *port, const struct port_wish *wish)
{
	const uint32_t rx = port->ring_count[RX], tx = port->ring_count[TX];
	const uint32_t rx_slots = port->slot_count[RX], tx_slots = port->slot_count[TX];
	const struct area_need need = {
		.rings = rx + tx,
		.slots_per_ring = rx_slots > tx_slots ? rx_slots : tx_slots,
		.buffers = rx * rx_slots + tx * tx_slots + wish->extra_bufs,
		.for_guest = offer_is_wished(wish),
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
	int error = vale_enter(port, port->name);

	if (!error)
		error = vale_choose_area(port, wish);
	return error ? error : port_make_own_rings(port);
}

void vale_dissolve(struct port *port)
{
	uint16_t area = port->area;

	vale_leave(port);
	port_free(port);
	port_leave_area(area);
}

// What has a name of its own is opened by that, not by its place on a switch.
static int has_own_name(const char *name, const struct port_wish *wish)
{
	const char *own = strchr(name, ':') + 1;

	return !(wish->flags & UNETMAP_NR_ATTACHMENT) && (vale_find_persistent(own) || sys_interface_index(own));
}

// Attaching gives a persistent port its switch's name, and the first who asks for it, by either, its own again.
static struct port *just_attached(const char *name)
{
	struct port *port = vale_find_persistent(strchr(name, ':') + 1);

	return port && port->flags & VALE_NOT_YET_OPENED && vale_port_named(name) == port ? port : NULL;
}

// From its first instant on: whoever asked for it may not live to say so. Its stack's port goes with it.
static int is_attachment(const char *name, const struct port_wish *wish)
{
	return wish->flags & UNETMAP_NR_ATTACHMENT && !strchr(name, '^');
}

static int create(const char *name, const struct port_wish *wish)
{
	struct port *port = just_attached(name);
	int error;

	if (port)
		return port_id(port);
	if (has_own_name(name, wish))
		return -EINVAL;
	port = port_alloc(name, KIND_VALE, wish);
	if (!port)
		return -ENOMEM;
	error = furnish(port, wish);
	if (error) {
		vale_dissolve(port);
		return error;
	}
	if (is_attachment(name, wish))
		port_set_flag(port, VALE_ATTACHMENT);
	vale_show(port);
	port_announce(port);
	return port_id(port);
}

static int outlives_its_users(const struct port *port)
{
	if ((port->flags & (VALE_PERSISTENT | VALE_PARENT)) == VALE_PERSISTENT)
		return 1;
	return port->state == STATE_ACTIVE && vale_parent_is_needed(port);
}

static void unused(struct port *port)
{
	if (outlives_its_users(port)) {
		vale_persistent_unused(port);
		return;
	}
	if (vale_is_shown(port))
		leave_place(port);
	port_drop_rings(port, TX, 1);
	port_drop_rings(port, RX, 1);
	vale_dissolve(port);
}

static void sweep(void)
{
	for (int i = 0; i < MAX_SWITCHES; i++)
		if (segment->switches[i].state == STATE_ACTIVE && is_empty(&segment->switches[i]))
			publish(&segment->switches[i].state, STATE_FREE);
}

static int is_broken(const struct port *port)
{
	return glance(&port->flags) & VALE_LEAVING;
}

const struct port_ops vale_ops = {
	.kind = KIND_VALE,
	.claims = claims,
	.create = create,
	.used = vale_persistent_used,
	.unused = unused,
	.sweep = sweep,
	.tx_sync = vale_tx_sync,
	.rx_sync = vale_rx_sync,
	.is_idle = vale_is_idle,
	.is_broken = is_broken,
};
