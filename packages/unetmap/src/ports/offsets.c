// SPDX-License-Identifier: BSD-2-Clause
#include "ports/offsets.h"

#include <errno.h>

#include "core/robust_lock.h"

enum { ALL_BITS = 64 };

static uint64_t mask_of(const struct nmreq_opt_offsets *wish)
{
	return wish->nro_offset_bits && wish->nro_offset_bits < ALL_BITS ? (1ull << wish->nro_offset_bits) - 1 : ~0ull;
}

static int check(const struct port *port, const struct nmreq_opt_offsets *wish)
{
	if (port->kind == KIND_MONITOR)
		return -EOPNOTSUPP;
	if (wish->nro_offset_bits > ALL_BITS || wish->nro_max_offset > BUFFER_BYTES ||
	    wish->nro_max_offset & ~mask_of(wish) || wish->nro_initial_offset > wish->nro_max_offset)
		return -EINVAL;
	return 0;
}

static int suits(const struct kring *k, const struct nmreq_opt_offsets *wish)
{
	const uint64_t mask = mask_of(wish);

	return !k->offset_mask || ((k->offset_mask & mask) == mask && k->offset_max >= wish->nro_max_offset);
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

static void apply(struct kring *k, const struct nmreq_opt_offsets *wish, uint64_t initial)
{
	robust_lock(&k->lock);
	robust_lock(&k->qlock);
	if (!k->offset_mask) {
		k->offset_max = wish->nro_max_offset;
		k->offset_mask = mask_of(wish);
	}
	show(k, k->offset_mask, initial);
	robust_unlock(&k->qlock);
	robust_unlock(&k->lock);
}

static void apply_to_ring(struct port *port, struct kring *k, const struct nmreq_opt_offsets *wish)
{
	const struct port *peer = port->kind == KIND_PIPE ? port_at(port->peer) : NULL;
	const uint64_t initial = port_ring_is_bound(port, k->dir, k->ring_id) ? 0 : wish->nro_initial_offset;

	apply(k, wish, initial);
	if (peer && !peer->user_count)
		show(&peer->rings[!k->dir][k->ring_id], k->offset_mask, initial);
}

int offsets_apply(struct port *port, const struct binding *b, struct nmreq_opt_offsets *wish)
{
	int error = check(port, wish);

	for (int dir = RX; !error && dir <= TX; dir++)
		for (int n = b->first[dir]; n < b->last[dir]; n++)
			if (!suits(&port->rings[dir][n], wish))
				error = -EBUSY;
	for (int dir = TX; !error && dir >= RX; dir--)
		for (int n = b->first[dir]; n < b->last[dir]; n++) {
			apply_to_ring(port, &port->rings[dir][n], wish);
			wish->nro_max_offset = port->rings[dir][n].offset_max;
		}
	return error;
}
