// SPDX-License-Identifier: BSD-2-Clause
#include "ports/offsets.h"

#include <errno.h>

#include "core/robust_lock.h"
#include "ports/monitor.h"

enum { ALL_BITS = 64 };

static uint64_t mask_of(const struct nmreq_opt_offsets *wish)
{
	return wish->nro_offset_bits && wish->nro_offset_bits < ALL_BITS ? (1ull << wish->nro_offset_bits) - 1 : ~0ull;
}

static int check(const struct port *port, const struct nmreq_opt_offsets *wish)
{
	if (monitor_is_zero_copy(port))
		return -EOPNOTSUPP;
	if (wish->nro_offset_bits > ALL_BITS || wish->nro_max_offset > BUFFER_BYTES ||
	    wish->nro_max_offset & ~mask_of(wish) || wish->nro_initial_offset > wish->nro_max_offset)
		return -EINVAL;
	return 0;
}

// What the next ring is to get: a ring that has offsets already may have larger ones, which the others then
// get, too.
struct offering {
	uint64_t mask, max, initial;
};

// -EBUSY if the ring's own are smaller.
static int adapt(struct offering *o, const struct kring *k)
{
	if (!k->offset_mask)
		return 0;
	if ((k->offset_mask & o->mask) != o->mask || k->offset_max < o->max)
		return -EBUSY;
	o->mask = k->offset_mask;
	o->max = k->offset_max;
	return 0;
}

// To the program.
static void show(const struct kring *of, uint64_t mask, uint64_t initial)
{
	char *base;
	struct netmap_ring *ring = ring_memory(of, &base);

	if (!ring)
		return;
	ring->offset_mask = mask;
	for (uint32_t i = 0; initial && i < of->num_slots; i++)
		ring->slot[i].ptr = (ring->slot[i].ptr & ~mask) | (initial & mask);
}

static void apply(struct kring *k, const struct offering *o, uint64_t initial)
{
	robust_lock(&k->lock);
	robust_lock(&k->qlock);
	if (!k->offset_mask) {
		k->offset_max = o->max;
		k->offset_mask = o->mask;
	}
	show(k, k->offset_mask, initial);
	robust_unlock(&k->qlock);
	robust_unlock(&k->lock);
}

static void apply_to_ring(struct port *port, struct kring *k, const struct offering *o)
{
	const struct port *peer = port->kind == KIND_PIPE ? port_at(port->peer) : NULL;
	const uint64_t initial = port_ring_is_bound(port, k->dir, k->ring_id) ? 0 : o->initial;

	apply(k, o, initial);
	if (peer && !peer->user_count)
		show(&peer->rings[!k->dir][k->ring_id], k->offset_mask, initial);
}

// Goes through all rings of the binding. Nothing is changed unless `really`.
static int offer(struct port *port, const struct binding *b, struct offering *o, int really)
{
	int error = 0;

	for (int dir = RX; !error && dir <= TX; dir++)
		for (int n = b->first[dir]; !error && n < b->last[dir]; n++) {
			error = adapt(o, &port->rings[dir][n]);
			if (!error && really)
				apply_to_ring(port, &port->rings[dir][n], o);
		}
	return error;
}

int offsets_apply(struct port *port, const struct binding *b, struct nmreq_opt_offsets *wish)
{
	const struct offering wished = {mask_of(wish), wish->nro_max_offset, wish->nro_initial_offset};
	struct offering o = wished;
	int error = check(port, wish);

	if (!error)
		error = offer(port, b, &o, 0);
	if (error)
		return error;
	o = wished;
	offer(port, b, &o, 1);
	wish->nro_max_offset = o.max;
	return 0;
}
