// SPDX-License-Identifier: BSD-2-Clause
//
// A monitor that copies has an area of its own. Zero-copy ones live in the area of the port they watch and
// stand in a chain: the first exchanges buffers with the port, each other one with the one before it,
// whose frames it sees when that one is done with them.
#include "ports/monitor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/barriers.h"
#include "core/doorbell.h"
#include "core/robust_lock.h"
#include "ports/rx_queue.h"

enum { ORPHAN = 1, ZERO_COPY = 2 }; // in port->flags

// Up to where a watched port's rx ring is filled.
static uint32_t arrived(const struct port *port, const struct kring *k)
{
	return port->kind == KIND_PIPE ? observe(&port_at(port->peer)->rings[TX][k->ring_id].hwcur)
				       : observe(&k->hwtail);
}

// k's qlock held. Does what swap_buffers began, maybe once more.
static void finish_swap(struct kring *k)
{
	char *base;
	struct netmap_ring *ring;

	if (!k->swapping)
		return;
	ring = ring_memory(k, &base);
	if (ring) {
		publish(&ring->slot[k->swap_at].buf_idx, k->swap_theirs);
		publish(&((struct netmap_slot *)(base + k->swap_ofs))->buf_idx, k->swap_ours);
	}
	publish(&k->swapping, 0);
}

// ---- making ----

static int watches(uint64_t flags, enum ring_dir dir)
{
	return (flags & (dir == TX ? NR_MONITOR_TX : NR_MONITOR_RX)) != 0;
}

static int choose_name(char name[PORT_NAME_BYTES], struct port *watched, uint64_t flags)
{
	int length = snprintf(name, PORT_NAME_BYTES, "%s/%s%s%s#%u", watched->name, flags & NR_ZCOPY_MON ? "z" : "",
			      flags & NR_MONITOR_RX ? "r" : "", flags & NR_MONITOR_TX ? "t" : "",
			      watched->monitors_made++);

	return length < PORT_NAME_BYTES ? 0 : -EINVAL;
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
	const struct port_wish of_its_own = {.extra_bufs = wish->extra_bufs};
	int area = wish->flags & NR_ZCOPY_MON ? watched->area : port_choose_area(port->name, &of_its_own, &need);

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

// ---- who watches whom ----

static void watch(struct port *port, const struct port *watched)
{
	port->peer = port_id(watched);
	for (int n = 0; n < port->ring_count[RX]; n++) {
		struct kring *k = &port->rings[RX][n];

		robust_lock(&k->qlock);
		finish_swap(k);
		k->sw = WATCHED | port_id(watched);
		robust_unlock(&k->qlock);
	}
}

static void finish_swaps(struct port *port)
{
	for (int n = 0; n < port->ring_count[RX]; n++) {
		robust_lock(&port->rings[RX][n].qlock);
		finish_swap(&port->rings[RX][n]);
		robust_unlock(&port->rings[RX][n].qlock);
	}
}

int monitor_is_zero_copy(const struct port *port)
{
	return port->kind == KIND_MONITOR && port->flags & ZERO_COPY;
}

static struct port *last_of_chain(struct port *port)
{
	while (port->zero_copy)
		port = port_at(port->zero_copy - 1);
	return port;
}

// The chain closes behind it.
static void leave_chain(struct port *port)
{
	struct port *before = port_at(port->peer);

	if (port->zero_copy)
		watch(port_at(port->zero_copy - 1), before);
	if (before->zero_copy == port_id(port) + 1)
		publish(&before->zero_copy, port->zero_copy);
	port->zero_copy = 0;
}

static void look_away(struct port *port, struct port *watched)
{
	if (monitor_is_zero_copy(port)) {
		leave_chain(port);
		return;
	}
	for (int dir = RX; dir <= TX; dir++) {
		for (int i = 0; i < MAX_MONITORS; i++)
			if (watched->monitors[dir][i] == port_id(port) + 1)
				publish(&watched->monitors[dir][i], 0);
		count_monitors(watched, dir);
	}
}

// What has arrived before there was a monitor is not shown to it.
static void begin_watching_rx(struct port *watched)
{
	for (int n = 0; n < port_ring_total(watched, RX); n++) {
		struct kring *k = &watched->rings[RX][n];

		robust_lock(&k->lock);
		k->monitor_tail = arrived(watched, k);
		robust_unlock(&k->lock);
	}
}

static int copy_from_watched(struct port *port, struct port *watched, uint64_t flags)
{
	watch(port, watched);
	for (int dir = RX; dir <= TX; dir++) {
		int place = free_place(watched, dir);

		if (!watches(flags, dir))
			continue;
		if (place < 0) {
			look_away(port, watched);
			return -ENOMEM;
		}
		if (dir == RX && !watched->monitor_count[RX])
			begin_watching_rx(watched);
		publish(&watched->monitors[dir][place], port_id(port) + 1);
		count_monitors(watched, dir);
	}
	return 0;
}

static int look_at(struct port *port, struct port *watched, uint64_t flags)
{
	struct port *last;

	if (!(flags & NR_ZCOPY_MON))
		return copy_from_watched(port, watched, flags);
	port->flags |= ZERO_COPY;
	last = last_of_chain(watched);
	watch(port, last);
	publish(&last->zero_copy, port_id(port) + 1);
	return 0;
}

static struct port_wish shape_of(const struct port *watched, const struct port_wish *wish)
{
	struct port_wish shape = *wish;

	shape.rings[TX] = 1;
	shape.rings[RX] = larger(watched->ring_count[RX], watched->ring_count[TX]);
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

// Who is to be watched must be open. A name that is none is told apart by trying.
static struct port *watched_port(const char *name, const struct port_wish *wish, int *error)
{
	const struct port_wish of_its_own = {.mem_id = wish->mem_id};
	struct port *port = port_open(name, &of_its_own, error);

	if (!port || (port->user_count && port->kind != KIND_MONITOR))
		return port;
	if (!port->user_count)
		port_ops(port->kind)->unused(port);
	*error = -EINVAL;
	return NULL;
}

// In a guest its host does what a monitor would see; and nobody here lives in a guest's memory.
static int may_be_watched(const struct port *watched, const struct port_wish *wish)
{
	return watched->kind != KIND_PASSTHROUGH && !(watched->passed && wish->flags & NR_ZCOPY_MON);
}

struct port *monitor_open(const char *name, const struct port_wish *wish, int *error)
{
	struct port *watched = watched_port(name, wish, error), *port = NULL;
	char own_name[PORT_NAME_BYTES];
	struct port_wish shape;

	if (watched)
		*error = may_be_watched(watched, wish) ? choose_name(own_name, watched, wish->flags) : -EOPNOTSUPP;
	if (!watched || *error)
		return NULL;
	shape = shape_of(watched, wish);
	port = port_alloc(own_name, KIND_MONITOR, &shape);
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
	if (!(port->flags & ORPHAN) && port->peer != NONE) {
		finish_swaps(port);
		look_away(port, port_at(port->peer));
	}
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
		finish_swap(k);
		k->sw = NONE;
		publish(&k->delivering, 1);
		publish(&k->hwtail, observe(&k->hwcur));
		robust_unlock(&k->qlock);
	}
	doorbell_ring_port(port);
}

static void orphan_chain(struct port *watched)
{
	for (uint16_t id = watched->zero_copy; id; id = port_at(id - 1)->zero_copy)
		orphan(port_at(id - 1)); // first: while they are in the chain, a sweep finds them
	publish(&watched->zero_copy, 0);
}

void monitors_orphan(struct port *watched)
{
	if (watched->kind != KIND_MONITOR)
		orphan_chain(watched);
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

static const char zeros[BUFFER_BYTES]; // what an impossible buffer holds

static void copy_slot(struct rx_queue *q, struct kring *k, struct netmap_slot slot, char *base)
{
	const uint16_t mark = k->dir == TX ? NS_TXMON : 0;
	const uint64_t ofs = ring_offset(k, slot.ptr);
	const char *data = buffer_is_valid(k, slot.buf_idx) ? ring_buffer(k, base, slot.buf_idx) : zeros;
	const uint32_t room = BUFFER_BYTES - ofs;

	if (rx_queue_admit(q, 1))
		rx_queue_put(q, data + ofs, slot.len < room ? slot.len : room, 1, (slot.flags & ~NS_TXMON) | mark);
}

// How many of `count` frames the queue has no room for; they are counted as lost.
static uint32_t lose(struct rx_queue *q, uint32_t count)
{
	uint32_t fits = rx_queue_has_room(q, count) ? count : q->room;

	q->drops += count - fits;
	return count - fits;
}

static void copy_to(struct port *monitor, struct kring *k, struct netmap_ring *ring, char *base, uint32_t from,
		    uint32_t to)
{
	struct rx_queue q;

	if (!rx_queue_open(&q, monitor, k->ring_id, WATCHED | k->port)) {
		rx_queue_pass_by(&q, ring_distance(k, from, to));
		return;
	}
	from = ring_advance(k, from, lose(&q, ring_distance(k, from, to)));
	for (uint32_t i = from; i != to; i = ring_next(k, i))
		copy_slot(&q, k, ring->slot[i], base);
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
	uint32_t from = k->monitor_tail;

	publish(&k->monitor_tail, tail); // first: who dies here shows monitors nothing twice
	monitor_copy(port, k, ring, base, from, tail);
}

void monitor_arrived(struct port *port, struct kring *k)
{
	char *base;
	struct netmap_ring *ring;

	if (!robust_try_lock(&k->lock))
		return;
	ring = observe(&k->active) ? ring_memory(k, &base) : NULL;
	if (ring && observe(&port->monitor_count[RX]))
		monitor_received(port, k, ring, base, arrived(port, k));
	robust_unlock(&k->lock);
}

// ---- exchanging buffers ----

// If we die in here, whoever has the lock next finds what was to be.
static int swap_buffers(struct rx_queue *q, struct netmap_slot *theirs)
{
	struct kring *k = q->k;
	struct netmap_slot *ours = &q->ring->slot[q->tail];

	k->swap_ours = glance(&ours->buf_idx);
	k->swap_theirs = glance(&theirs->buf_idx);
	if (!buffer_is_valid(k, k->swap_ours) || !buffer_is_valid(k, k->swap_theirs))
		return 0;
	k->swap_at = q->tail;
	k->swap_ofs = (char *)theirs - q->base;
	publish(&k->swapping, 1);
	finish_swap(k);
	return 1;
}

static void swap_slot(struct rx_queue *q, struct netmap_slot *theirs, uint16_t mark)
{
	struct netmap_slot *ours = &q->ring->slot[q->tail];
	const uint16_t len = theirs->len;

	if (!swap_buffers(q, theirs))
		return;
	theirs->len = ours->len;
	ours->len = len;
	ours->flags = (theirs->flags & ~NS_TXMON) | mark;
	theirs->flags |= NS_BUF_CHANGED;
	q->tail = ring_next(q->k, q->tail);
	q->packets++;
	q->bytes += len;
}

void monitor_swap(struct port *port, struct kring *k, struct netmap_ring *ring, uint32_t from, uint32_t to)
{
	uint16_t id = observe(&port->zero_copy);
	struct kring *theirs = id ? &port_at(id - 1)->rings[RX][k->ring_id] : NULL;
	struct rx_queue q;

	if (!id || !rx_queue_enter(&q, theirs, WATCHED | port_id(port)))
		return;
	finish_swap(theirs);
	if (theirs->area == k->area && theirs->area_gen == k->area_gen) {
		from = ring_advance(k, from, lose(&q, ring_distance(k, from, to)));
		for (uint32_t i = from; i != to; i = ring_next(k, i))
			swap_slot(&q, &ring->slot[i], k->dir == TX ? NS_TXMON : 0);
	}
	rx_queue_close(&q);
}

// ---- the monitor's own rings: nothing can be sent ----

static enum marks tx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	ring_read_tx_marks(k, ring, k->rtail);
	return MARKS_WRONG; // poll says so
}

static enum marks rx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	enum marks marks = ring_read_rx_marks(k, ring, observe(&k->hwtail), 0);

	if (port->flags & ORPHAN)
		return MARKS_WRONG;
	monitor_done_with(port, k, ring, k->hwcur, k->rhead);
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

const struct port_ops monitor_ops = {
	.kind = KIND_MONITOR,
	.claims = claims,
	.unused = unused,
	.tx_sync = tx_sync,
	.rx_sync = rx_sync,
};
