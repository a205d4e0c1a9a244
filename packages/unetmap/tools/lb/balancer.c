// SPDX-License-Identifier: BSD-2-Clause
//
// Packets move as buffers: each slot that takes one gives another for it.
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

#include "balancer.h"
#include "flow_hash.h"

#define REVOKED_AT_ONCE 150

static uint32_t
room(const struct pipe *p)
{
	uint32_t head = p->ring->head, slots = p->ring->num_slots;

	return (p->unpassed + slots - 1 - head) % slots;
}

static uint32_t
bytes_of(const struct piece *packet, uint32_t slots)
{
	uint32_t bytes = 0;

	for (uint32_t i = 0; i < slots; i++)
		bytes += packet[i].len;
	return bytes;
}

// A reader finds the flow's hash in the slot's ptr, unless that holds offsets.
static void
fill_slot(struct netmap_ring *ring, struct netmap_slot *slot, const struct piece *piece)
{
	slot->buf_idx = piece->buf_idx;
	slot->len = piece->len;
	slot->flags = piece->flags | NS_BUF_CHANGED;
	if (ring->offset_mask)
		NETMAP_WOFFSET(ring, slot, piece->offset);
	else
		slot->ptr = piece->hash;
}

// There is room. Leaves the buffers that the slots held in the packet.
static void
put(struct pipe *p, struct piece *packet, uint32_t slots)
{
	struct netmap_ring *ring = p->ring;
	uint32_t head = ring->head;

	count(&p->counters.packets, 1);
	count(&p->counters.bytes, bytes_of(packet, slots));
	for (uint32_t i = 0; i < slots; i++, head = nm_ring_next(ring, head)) {
		struct netmap_slot *slot = &ring->slot[head];
		uint32_t free_buffer = slot->buf_idx;

		p->sent[head] = packet[i];
		fill_slot(ring, slot, &packet[i]);
		packet[i].buf_idx = free_buffer;
	}
	ring->head = ring->cur = head;
}

static void
count_drop(struct pipe *p, const struct piece *packet, uint32_t slots)
{
	count(&p->counters.drops, 1);
	count(&p->counters.dropped_bytes, bytes_of(packet, slots));
}

static void
update_held(struct pipe *p)
{
	__atomic_store_n(&p->counters.held, p->overflow.count, __ATOMIC_RELAXED);
}

// Drops the oldest packets of the longest queue, so that one reader that stands still does not keep
// all buffers. Returns 0 if there are none.
static int
revoke_oldest(struct balancer *b)
{
	struct pipe *longest = b->pipes;
	uint32_t freed = 0, slots;

	for (uint32_t i = 1; i < b->pipe_count; i++)
		if (b->pipes[i].overflow.count > longest->overflow.count)
			longest = &b->pipes[i];
	while (freed < REVOKED_AT_ONCE && (slots = queue_front_slots(&longest->overflow)) > 0) {
		count(&longest->counters.drops, 1);
		for (freed += slots; slots > 0; slots--) {
			struct piece piece = queue_pop(&longest->overflow);

			count(&longest->counters.dropped_bytes, piece.len);
			queue_push(&b->spare, &piece);
		}
	}
	update_held(longest);
	return freed > 0;
}

// Keeps the packet until the pipe has room, and leaves spare buffers in its place; 0 if it cannot.
static int
hold(struct balancer *b, struct pipe *p, struct piece *packet, uint32_t slots)
{
	if (p->overflow.count + slots > p->overflow.size)
		return 0;
	while (b->spare.count < slots)
		if (!revoke_oldest(b))
			return 0;
	for (uint32_t i = 0; i < slots; i++) {
		queue_push(&p->overflow, &packet[i]);
		packet[i].buf_idx = queue_pop(&b->spare).buf_idx;
	}
	update_held(p);
	return 1;
}

// Afterwards b->packet has buffers that nobody uses.
static void
give(struct balancer *b, struct group *g, uint32_t slots)
{
	struct piece *packet = b->packet;
	struct pipe *p = &g->pipes[packet[0].hash % g->pipe_count];

	if (p->overflow.count == 0 && slots <= room(p))
		put(p, packet, slots);
	else if (!hold(b, p, packet, slots))
		count_drop(p, packet, slots);
}

// Slots from unpassed to the end of its packet, all of them released; 0 if they are not.
static uint32_t
released_packet(const struct pipe *p)
{
	uint32_t stop = nm_ring_next(p->ring, p->ring->tail), slots = 0;

	for (uint32_t at = p->unpassed; at != stop; at = nm_ring_next(p->ring, at)) {
		slots++;
		if (!(p->sent[at].flags & NS_MOREFRAG))
			return slots;
	}
	return 0;
}

static void
pass_on(struct balancer *b, struct pipe *p, struct group *next)
{
	uint32_t slots;

	while ((slots = released_packet(p)) > 0) {
		uint32_t first = p->unpassed;

		for (uint32_t i = 0, at = first; i < slots; i++, at = nm_ring_next(p->ring, at)) {
			b->packet[i] = p->sent[at];
			b->packet[i].buf_idx = p->ring->slot[at].buf_idx;
		}
		give(b, next, slots);
		for (uint32_t i = 0; i < slots; i++) {
			p->ring->slot[p->unpassed].buf_idx = b->packet[i].buf_idx;
			p->ring->slot[p->unpassed].flags = NS_BUF_CHANGED;
			p->unpassed = nm_ring_next(p->ring, p->unpassed);
		}
	}
}

static void
put_held(struct balancer *b, struct pipe *p)
{
	uint32_t slots;

	while ((slots = queue_front_slots(&p->overflow)) > 0 && slots <= room(p)) {
		for (uint32_t i = 0; i < slots; i++)
			b->packet[i] = queue_pop(&p->overflow);
		put(p, b->packet, slots);
		for (uint32_t i = 0; i < slots; i++)
			queue_push(&b->spare, &b->packet[i]);
	}
	update_held(p);
}

// Slots of the packet at the ring's head; 0 if its end is missing and may still come.
static uint32_t
received_packet(struct netmap_ring *ring)
{
	uint32_t space = nm_ring_space(ring), at = ring->head;

	for (uint32_t slots = 1; slots <= space; slots++, at = nm_ring_next(ring, at))
		if (!(ring->slot[at].flags & NS_MOREFRAG))
			return slots;
	return space == ring->num_slots - 1 ? space : 0;
}

static uint32_t
hash_packet(struct balancer *b, struct netmap_ring *ring)
{
	struct netmap_slot *slot = &ring->slot[ring->head];
	uint32_t size = slot->len < ring->nr_buf_size ? slot->len : ring->nr_buf_size, hash;
	int is_ip;

	hash = flow_hash((const uint8_t *)NETMAP_BUF_OFFSET(ring, slot), size, &is_ip);
	count(&b->received, 1);
	count(&b->not_ip, !is_ip);
	return hash;
}

static void
take_packet(struct balancer *b, struct netmap_ring *ring, uint32_t slots)
{
	uint32_t hash = hash_packet(b, ring), at = ring->head;

	for (uint32_t i = 0; i < slots; i++, at = nm_ring_next(ring, at)) {
		struct netmap_slot *slot = &ring->slot[at];

		b->packet[i] = (struct piece){slot->buf_idx, slot->len, slot->flags, hash,
			(uint32_t)NETMAP_ROFFSET(ring, slot)};
	}
	b->packet[slots - 1].flags &= ~NS_MOREFRAG;
	give(b, &b->groups[0], slots);
	for (uint32_t i = 0; i < slots; i++) {
		ring->slot[ring->head].buf_idx = b->packet[i].buf_idx;
		ring->slot[ring->head].flags = NS_BUF_CHANGED;
		ring->head = ring->cur = nm_ring_next(ring, ring->head);
	}
}

static void
take_packets(struct balancer *b, struct netmap_ring *ring)
{
	uint32_t taken = 0, slots;

	while (taken < b->o->batch && (slots = received_packet(ring)) > 0) {
		take_packet(b, ring, slots);
		taken += slots;
	}
}

// Groups from the end, so that what the last ones let go makes room for the first ones'.
void
balancer_turn(struct balancer *b)
{
	uint32_t last = b->o->group_count - 1;

	for (uint32_t i = 0; i < b->groups[last].pipe_count; i++) {
		struct pipe *p = &b->groups[last].pipes[i];

		p->unpassed = nm_ring_next(p->ring, p->ring->tail);
	}
	for (uint32_t g = last; g > 0; g--)
		for (uint32_t i = 0; i < b->groups[g - 1].pipe_count; i++)
			pass_on(b, &b->groups[g - 1].pipes[i], &b->groups[g]);
	for (uint32_t i = 0; i < b->pipe_count; i++)
		if (b->pipes[i].overflow.count > 0)
			put_held(b, &b->pipes[i]);
	for (uint32_t i = b->input->first_rx_ring; i <= b->input->last_rx_ring; i++)
		take_packets(b, NETMAP_RXRING(b->input->nifp, i));
}
