// SPDX-License-Identifier: BSD-2-Clause
//
// Ports that the host of this virtual machine gave it. Rings and buffers are the host's; a sync only
// copies marks, and the host, which polls them, does the rest. Nothing of the host's wakes a sleeper
// here, so he looks again soon (naps).
#include "ports/passthrough.h"

#include <errno.h>
#include <string.h>

#include "core/barriers.h"
#include "core/doorbell.h"
#include "ports/port.h"

static int claims(const char *name)
{
	struct passthrough_device device;

	return !passthrough_find(name, &device);
}

static struct csb_entry *entry_of(const struct kring *k, char *base)
{
	return (struct csb_entry *)(base + csb_place(segment->areas[k->area].map_bytes, k->dir, k->ring_id));
}

// ---- taking what is there ----

static int ring_fits(const struct area *a, uint64_t ofs)
{
	return ofs >= a->ring_pool_ofs && ofs + a->ring_bytes <= a->buf_pool_ofs &&
	       (ofs - a->ring_pool_ofs) % a->ring_bytes == 0;
}

static int fits(const struct bar_header *bar, const struct area *a, enum ring_dir dir)
{
	const uint64_t bytes = sizeof(struct netmap_ring) + bar->slot_count[dir] * sizeof(struct netmap_slot);

	if (bar->ring_count[dir] > MAX_RINGS || bar->slot_count[dir] > MAX_SLOTS || !bar->slot_count[dir])
		return 0;
	for (uint32_t n = 0; n < bar->ring_count[dir]; n++)
		if (!ring_fits(a, bar->ring_ofs[dir][n]))
			return 0;
	return bytes <= a->ring_bytes;
}

// Slots as the program before left them: in its hands any buffer may have got anywhere, or lost. Each
// then gets one of its own.
static int slots_are_sound(const struct kring *k, const struct netmap_ring *ring)
{
	for (uint32_t i = 0; i < k->num_slots; i++)
		if (!buffer_is_valid(k, ring->slot[i].buf_idx) || area_buffer_is_taken(k->area, ring->slot[i].buf_idx))
			return 0;
		else
			area_take_buffer(k->area, ring->slot[i].buf_idx);
	return 1;
}

static void deal_buffers(const struct kring *k, struct netmap_ring *ring)
{
	for (uint32_t i = 0; i < k->num_slots; i++) {
		int64_t buffer = area_find_buffer(k->area);

		if (buffer < 0)
			return;
		ring->slot[i].buf_idx = buffer;
		ring->slot[i].flags |= NS_BUF_CHANGED;
		area_take_buffer(k->area, buffer);
	}
}

static uint32_t start_of(const struct kring *k, const struct csb_entry *e, int keeps_unread)
{
	const uint32_t head = glance(&e->atok.head), hwcur = glance(&e->ktoa.hwcur), tail = observe(&e->ktoa.hwtail);

	if (k->dir == RX && !keeps_unread)
		return tail;
	return head < k->num_slots && ring_within(head, hwcur, tail) ? head : hwcur;
}

static void show_marks(struct kring *k, struct netmap_ring *ring, struct csb_entry *e, uint32_t head)
{
	k->hwcur = k->rhead = ring->head = ring->cur = head;
	scribble(&k->rcur, head);
	scribble(&e->atok.cur, head);
	publish(&e->atok.head, head);
	ring_show_tail(k, ring, observe(&e->ktoa.hwtail) % k->num_slots);
}

static int take_ring(struct port *port, enum ring_dir dir, int n, const struct passthrough_device *d)
{
	struct kring *k = &port->rings[dir][n];
	struct netmap_ring *ring;
	char *base;

	port_place_ring(port, dir, n, d->bar.ring_ofs[dir][n]);
	ring = ring_memory(k, &base);
	if (!ring)
		return 0;
	area_take_ring(k->area, k->ring_ofs);
	ring_write_header(k, ring);
	show_marks(k, ring, entry_of(k, base), start_of(k, entry_of(k, base), d->bar.keeps_unread) % k->num_slots);
	return slots_are_sound(k, ring);
}

// What had arrived and was not read is lost.
static void deal_anew(struct kring *k)
{
	char *base;
	struct netmap_ring *ring = ring_memory(k, &base);

	if (!ring)
		return;
	deal_buffers(k, ring);
	if (k->dir == RX)
		show_marks(k, ring, entry_of(k, base), start_of(k, entry_of(k, base), 0) % k->num_slots);
}

static void take_rings(struct port *port, const struct passthrough_device *d)
{
	int sound = 1;

	for (int dir = RX; dir <= TX; dir++)
		for (int n = 0; n < port->ring_count[dir]; n++)
			sound &= take_ring(port, dir, n, d);
	if (!sound)
		area_forget_buffers(port->area);
	for (int dir = RX; dir <= TX; dir++)
		for (int n = 0; n < port->ring_count[dir]; n++) {
			if (!sound)
				deal_anew(&port->rings[dir][n]);
			publish(&port->rings[dir][n].active, 1);
		}
}

// ---- making and unmaking ----

static void unused(struct port *port)
{
	uint16_t area = port->area;

	port_drop_rings(port, TX, 0);
	port_drop_rings(port, RX, 0);
	port_free(port);
	port_leave_area(area);
}

static int create(const char *name, const struct port_wish *wish)
{
	struct passthrough_device device;
	struct area shape;
	struct port *port;
	int area = passthrough_find(name, &device);

	if (!area)
		area = area_measure_guest(&device.bar, device.bytes, &shape);
	if (area || !fits(&device.bar, &shape, RX) || !fits(&device.bar, &shape, TX))
		return area ? area : -ENXIO;
	port = port_alloc(name, KIND_PASSTHROUGH, wish);
	if (!port)
		return -ENOMEM;
	area = area_create_guest(&shape, device.path);
	if (area < 0) {
		port_free(port);
		return area;
	}
	port->area_gen = segment->areas[area].gen;
	port->area = area;
	for (int dir = RX; dir <= TX; dir++) {
		port->ring_count[dir] = device.bar.ring_count[dir];
		port->slot_count[dir] = device.bar.slot_count[dir];
	}
	take_rings(port, &device);
	port_announce(port);
	return port_id(port);
}

static int is_broken(const struct port *port)
{
	char *base = area_view(port->area, port->area_gen);

	return base && glance(&bar_header_at(base, segment->areas[port->area].file_bytes)->gone);
}

// ---- moving marks ----

static void pass_on(struct kring *k, struct csb_entry *e)
{
	scribble(&e->atok.cur, k->rcur);
	publish(&e->atok.head, k->rhead);
	publish(&k->hwcur, k->rhead);
}

// The host counts frames; here nobody looks at each.
static void take_counts(uint64_t *packets, uint64_t *bytes, const struct csb_entry *e)
{
	scribble(packets, glance(&e->counts.packets));
	scribble(bytes, glance(&e->counts.bytes));
}

static enum marks tx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	struct csb_entry *e = entry_of(k, base);
	enum marks marks = ring_read_tx_marks(k, ring, k->rtail);

	if (marks != MARKS_OK)
		return marks;
	if (k->hwcur != k->rhead)
		pass_on(k, e);
	take_counts(&k->tx_packets, &k->tx_bytes, e);
	ring_show_tail(k, ring, observe(&e->ktoa.hwtail) % k->num_slots);
	return MARKS_OK;
}

static enum marks rx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	struct csb_entry *e = entry_of(k, base);
	const uint32_t tail = observe(&e->ktoa.hwtail) % k->num_slots;
	enum marks marks = ring_read_rx_marks(k, ring, k->rtail, 1);

	if (marks != MARKS_OK)
		return marks;
	if (k->hwcur != k->rhead)
		pass_on(k, e);
	if (tail == k->rtail)
		return marks;
	take_counts(&k->packets, &k->bytes, e);
	scribble(&k->drops, glance(&e->counts.drops));
	ring_show_tail(k, ring, tail);
	return marks;
}

const struct port_ops passthrough_ops = {
	.kind = KIND_PASSTHROUGH,
	.claims = claims,
	.create = create,
	.unused = unused,
	.tx_sync = tx_sync,
	.rx_sync = rx_sync,
	.is_broken = is_broken,
	.naps = 1,
};
