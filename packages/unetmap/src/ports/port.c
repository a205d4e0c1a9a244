// SPDX-License-Identifier: BSD-2-Clause
#include "ports/port.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/barriers.h"
#include "core/desc.h"
#include "core/doorbell.h"
#include "core/robust_lock.h"

enum { DEFAULT_SLOTS = 1024, DEFAULT_RINGS = 1 };

struct port *port_find(const char *name)
{
	for (uint32_t id = 0; id < segment->port_high; id++)
		if (port_at(id)->state == STATE_ACTIVE && !strcmp(port_at(id)->name, name))
			return port_at(id);
	return NULL;
}

struct port *port_open(const char *name, const struct port_wish *wish, int *error)
{
	struct port *port = port_find(name);
	int id = -ENXIO;

	if (port)
		return port;
	for (int i = 0; port_kinds[i]; i++) {
		int claimed = port_kinds[i]->claims(name);

		if (!claimed)
			continue;
		id = claimed < 0 ? claimed : port_kinds[i]->create(name, wish);
		break;
	}
	*error = id < 0 ? id : 0;
	return id < 0 ? NULL : port_at(id);
}

// ---- making and unmaking ----

static uint32_t wished(uint32_t asked, uint32_t default_value, uint32_t max)
{
	if (!asked)
		return default_value;
	return asked < max ? asked : max;
}

// Beyond port_high there may be no memory: even looking there would take it.
static struct port *free_port(void)
{
	const uint32_t high = segment->port_high;

	for (uint32_t id = 0; id < high; id++)
		if (port_at(id)->state == STATE_FREE)
			return port_at(id);
	return high < MAX_PORTS && !region_back(port_at(high), sizeof(struct port)) ? port_at(high) : NULL;
}

struct port_wish port_whole_wish(const struct port_wish *wish)
{
	struct port_wish whole = *wish;

	for (int dir = RX; dir <= TX; dir++) {
		whole.slots[dir] = wished(wish->slots[dir], DEFAULT_SLOTS, MAX_SLOTS);
		whole.rings[dir] = wished(wish->rings[dir], DEFAULT_RINGS, MAX_RINGS);
	}
	return whole;
}

struct port *port_alloc(const char *name, uint16_t kind, const struct port_wish *wish)
{
	const struct port_wish whole = port_whole_wish(wish);
	struct port *port = free_port();

	if (!port)
		return NULL;
	publish(&port->gen, port->gen + 1); // it only grows, whoever dies in here
	memset(port->name, 0, offsetof(struct port, rings) - offsetof(struct port, name));
	port->kind = kind;
	port->area = port->sw = port->sw_port = port->peer = NONE;
	port->pid = getpid();
	strncpy(port->name, name, sizeof port->name - 1);
	for (int dir = RX; dir <= TX; dir++) {
		port->slot_count[dir] = whole.slots[dir];
		port->ring_count[dir] = whole.rings[dir];
	}
	publish(&port->state, STATE_BUILDING);
	if (segment->port_high <= port_id(port))
		segment->port_high = port_id(port) + 1u;
	return port;
}

void port_announce(struct port *port)
{
	publish(&port->state, STATE_ACTIVE);
}

void port_free(struct port *port)
{
	publish(&port->state, STATE_FREE);
}

static void wipe_between(struct kring *k, size_t from, size_t to)
{
	memset((char *)k + from, 0, to - from);
}

// All but the locks and the count: somebody who still means the port that was here before may hold one of them, and
// will let go of it when he sees that this ring is not active.
static void wipe(struct kring *k)
{
	wipe_between(k, offsetof(struct kring, active), offsetof(struct kring, qlock));
	wipe_between(k, offsetof(struct kring, seen_hwcur), offsetof(struct kring, lock));
	wipe_between(k, offsetof(struct kring, rhead), sizeof *k);
}

static void set_geometry(struct kring *k, struct port *port, enum ring_dir dir, int n)
{
	struct area *a = &segment->areas[port->area];

	publish(&k->made, k->made + 1);
	full_fence();
	wipe(k);
	k->dir = dir;
	k->ring_id = n;
	k->num_slots = port->slot_count[dir];
	scribble(&k->port, port_id(port));
	k->sw = port->sw;
	k->area = port->area;
	k->area_gen = port->area_gen;
	k->buf_total = a->buf_total;
	k->buf_ofs = a->buf_pool_ofs;
}

void port_place_ring(struct port *port, enum ring_dir dir, int n, uint64_t ring_ofs)
{
	struct kring *k = &port->rings[dir][n];

	set_geometry(k, port, dir, n);
	k->ring_ofs = ring_ofs;
	publish(&k->held, 1);
}

int port_make_rings(struct port *port, enum ring_dir dir, struct port *twin)
{
	for (int n = 0; n < port_ring_total(port, dir); n++) {
		struct kring *k = &port->rings[dir][n];

		set_geometry(k, port, dir, n);
		if (ring_create(k, twin ? &twin->rings[!dir][n] : NULL)) {
			port->ring_count[dir] = n;
			port->host_count[dir] = 0;
			port_drop_rings(port, dir, !twin);
			return -ENOMEM;
		}
		publish(&k->active, 1);
	}
	return 0;
}

int port_make_own_rings(struct port *port)
{
	int error = port_make_rings(port, TX, NULL);

	if (error)
		return error;
	error = port_make_rings(port, RX, NULL);
	if (error)
		port_drop_rings(port, TX, 1);
	return error;
}

static void stop(struct kring *k)
{
	robust_lock(&k->lock);
	robust_lock(&k->qlock);
	publish(&k->active, 0);
	robust_unlock(&k->qlock);
	robust_unlock(&k->lock);
}

void port_drop_rings(struct port *port, enum ring_dir dir, int own_buffers)
{
	for (int n = 0; n < port_ring_total(port, dir); n++) {
		struct kring *k = &port->rings[dir][n];

		if (!k->held)
			continue;
		stop(k);
		if (own_buffers)
			ring_release_buffers(k);
		ring_destroy(k);
	}
}
