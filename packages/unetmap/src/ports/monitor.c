// SPDX-License-Identifier: BSD-2-Clause
//
// A monitor has an area of its own and copies frames, also with NR_ZCOPY_MON (which then only means
// that it lives in the area of the port it watches).
#include "ports/monitor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/barriers.h"
#include "core/doorbell.h"
#include "core/robust_lock.h"
#include "ports/rx_queue.h"

enum { ORPHAN = 1 }; // in port->flags

// ---- making ----

static int watches(uint64_t flags, enum ring_dir dir)
{
	const uint64_t both = NR_MONITOR_TX | NR_MONITOR_RX;

	return !(flags & both) || flags & (dir == TX ? NR_MONITOR_TX : NR_MONITOR_RX);
}

static int choose_name(char name[PORT_NAME_BYTES], const char *watched, uint64_t flags)
{
	for (uint32_t n = 0; n < MAX_PORTS; n++) {
		int length = snprintf(name, PORT_NAME_BYTES, "%s/%s%s%s#%u", watched, flags & NR_ZCOPY_MON ? "z" : "",
				      flags & NR_MONITOR_RX ? "r" : "", flags & NR_MONITOR_TX ? "t" : "", n);

		if (length >= PORT_NAME_BYTES)
			return -EINVAL;
		if (!port_find(name))
			return 0;
	}
	return -ENOMEM;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static int furnish(struct port *port, struct port *watched, const struct port_wish *wish)
{
	const struct area_need need = {
		.rings = 1u + port->ring_count[RX],
		.slots_per_ring = larger(port->slot_count[RX], port->slot_count[TX]),
		.buffers = port->ring_count[RX] * port->slot_count[RX] + port->slot_count[TX] + wish->extra_bufs,
	};
	int area = wish->flags & NR_ZCOPY_MON ? watched->area : port_choose_area(port->name, wish, &need);

	if (area < 0)
		return area;
	port->area_gen = segment->areas[area].gen;
	port->area = area;
	return port_make_own_rings(port);
}

static int free_place(const struct port *watched, enum ring_dir dir)
{
	for (int i = 0; i < MAX_MONITORS; i++)
		if (!watched->monitors[dir][i])
			return i;
	return -ENOMEM;
}

static void count_monitors(struct port *watched, enum ring_dir dir)
{
	uint32_t count = 0;

	for (int i = 0; i < MAX_MONITORS; i++)
		count += watched->monitors[dir][i] != 0;
	publish(&watched->monitor_count[dir], count);
}

static void look_away(struct port *port, struct port *watched)
{
	for (int dir = RX; dir <= TX; dir++) {
		for (int i = 0; i < MAX_MONITORS; i++)
			if (watched->monitors[dir][i] == port_id(port) + 1)
				publish(&watched->monitors[dir][i], 0);
		count_monitors(watched, dir);
	}
}

static int look_at(struct port *port, struct port *watched, uint64_t flags)
{
	port->peer = port_id(watched);
	for (int n = 0; n < port->ring_count[RX]; n++)
		port->rings[RX][n].sw = WATCHED | port_id(watched);
	for (int dir = RX; dir <= TX; dir++) {
		int place = free_place(watched, dir);

		if (!watches(flags, dir))
			continue;
		if (place < 0) {
			look_away(port, watched);
			return -ENOMEM;
		}
		publish(&watched->monitors[dir][place], port_id(port) + 1);
		count_monitors(watched, dir);
	}
	return 0;
}

static struct port_wish shape_of(const struct port *watched, const struct port_wish *wish)
{
	struct port_wish shape = *wish;

	shape.rings[TX] = 1;
	shape.rings[RX] = larger(watches(wish->flags, RX) ? watched->ring_count[RX] : 0,
				 watches(wish->flags, TX) ? watched->ring_count[TX] : 0);
	for (int dir = RX; dir <= TX; dir++)
		shape.slots[dir] = wish->slots[dir] ? wish->slots[dir] : watched->slot_count[dir];
	return shape;
}

static void dissolve(struct port *port)
{
	uint16_t area = port->area;

	port_free(port);
	port_leave_area(area);
}

struct port *monitor_open(const char *watched_name, const struct port_wish *wish, int *error)
{
	struct port *watched = port_find(watched_name), *port;
	char name[PORT_NAME_BYTES];
	struct port_wish shape;

	*error = watched && watched->user_count && watched->kind != KIND_MONITOR ? 0 : -EINVAL;
	if (!*error)
		*error = choose_name(name, watched_name, wish->flags);
	if (*error)
		return NULL;
	shape = shape_of(watched, wish);
	port = port_alloc(name, KIND_MONITOR, &shape);
	*error = port ? furnish(port, watched, &shape) : -ENOMEM;
	if (!*error) {
		*error = look_at(port, watched, wish->flags);
		if (!*error) {
			port_announce(port);
			return port;
		}
		port_drop_rings(port, RX, 1);
		port_drop_rings(port, TX, 1);
	}
	if (port)
		dissolve(port);
	return NULL;
}

static void unused(struct port *port)
{
	if (!(port->flags & ORPHAN) && port->peer != NONE)
		look_away(port, port_at(port->peer));
	port_drop_rings(port, TX, 1);
	port_drop_rings(port, RX, 1);
	dissolve(port);
}

// In-kernel netmap resets a monitor's rings when the port it watches goes; so what was not read is
// lost.
static void orphan(struct port *port)
{
	port->flags |= ORPHAN;
	for (int n = 0; n < port->ring_count[RX]; n++) {
		struct kring *k = &port->rings[RX][n];

		robust_lock(&k->qlock);
		k->sw = NONE;
		publish(&k->hwtail, observe(&k->hwcur));
		robust_unlock(&k->qlock);
	}
	doorbell_ring_port(port);
}

void monitors_orphan(struct port *watched)
{
	for (int dir = RX; dir <= TX; dir++)
		for (int i = 0; i < MAX_MONITORS; i++) {
			uint16_t id = watched->monitors[dir][i];

			if (!id)
				continue;
			orphan(port_at(id - 1)); // first: while it is listed here, a sweep finds it
			look_away(port_at(id - 1), watched);
		}
}

// ---- copying ----

static void copy_to(struct port *monitor, struct kring *k, struct netmap_ring *ring, char *base, uint32_t from,
		    uint32_t to)
{
	const uint16_t mark = k->dir == TX ? NS_TXMON : 0;
	struct rx_queue q;

	if (!rx_queue_open(&q, monitor, k->ring_id, WATCHED | k->port))
		return;
	for (uint32_t i = from; i != to; i = ring_next(k, i)) {
		struct netmap_slot slot = ring->slot[i];
		uint64_t ofs = ring_offset(k, slot.ptr);

		if (!buffer_is_valid(k, slot.buf_idx) || slot.len + ofs > BUFFER_BYTES || slot.flags & NS_INDIRECT)
			continue;
		if (rx_queue_admit(&q, 1))
			rx_queue_put(&q, ring_buffer(k, base, slot.buf_idx) + ofs, slot.len, ofs != 0,
				     (slot.flags & ~NS_BUF_CHANGED) | mark);
	}
	rx_queue_close(&q);
}

void monitor_copy(struct port *port, struct kring *k, struct netmap_ring *ring, char *base, uint32_t from,
		  uint32_t to)
{
	for (int i = 0; i < MAX_MONITORS && from != to; i++) {
		uint16_t id = observe(&port->monitors[k->dir][i]);

		if (id)
			copy_to(port_at(id - 1), k, ring, base, from, to);
	}
}

void monitor_received(struct port *port, struct kring *k, struct netmap_ring *ring, char *base, uint32_t tail)
{
	uint32_t from = k->rtail;

	publish(&k->rtail, tail); // first: who dies here shows monitors nothing twice
	monitor_copy(port, k, ring, base, from, tail);
}

// ---- the monitor's own rings: nothing can be sent ----

static enum marks tx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	enum marks marks = ring_read_tx_marks(k, ring, k->rtail);

	if (marks == MARKS_OK) {
		publish(&k->hwcur, k->rhead);
		ring_show_tail(k, ring, ring_prev(k, k->hwcur));
	}
	return marks;
}

static enum marks rx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	enum marks marks = ring_read_rx_marks(k, ring, observe(&k->hwtail), 0);

	publish(&k->hwcur, k->rhead);
	if (marks != MARKS_OK)
		rx_queue_look_anew(k);
	ring_show_tail(k, ring, observe(&k->hwtail));
	return marks;
}

static int claims(const char *name)
{
	return 0; // monitors are asked for by flags, never by name
}

static int is_broken(const struct port *port)
{
	return port->flags & ORPHAN;
}

const struct port_ops monitor_ops = {
	.kind = KIND_MONITOR,
	.claims = claims,
	.unused = unused,
	.tx_sync = tx_sync,
	.rx_sync = rx_sync,
	.is_broken = is_broken,
};
