// SPDX-License-Identifier: BSD-2-Clause
//
// Slots on their way through a pipe, and back.
//
//      sender's tx ring                         receiver's rx ring
//      slot[i]  -- tx_sync: what was sent -->   slot[i]
//      slot[i]  <-- rx_sync: NS_BUF_CHANGED     slot[i]
//      slot[i]  <-- tx_sync: other changes      slot[i]
//      hwcur = sent up to here                  hwcur = released up to here
#include "ports/pipe_slots.h"

#include <string.h>

#include "core/barriers.h"
#include "core/doorbell.h"
#include "ports/copy.h"
#include "ports/monitor.h"
#include "ports/offer.h"
#include "ports/pipe_copy.h"

// ---- slots on their way back ----

enum { RUN = 32 };

static inline uint32_t run_length(const struct kring *k, uint32_t from, uint32_t to)
{
	uint32_t left = (from <= to ? to : k->num_slots) - from;

	return left < RUN ? left : RUN;
}

typedef uint64_t slot_bits __attribute__((vector_size(sizeof(struct netmap_slot))));

// Whether any slots of the same place differ by more than NS_BUF_CHANGED. In one go: mostly none does.
static inline int any_differs(const struct netmap_slot *a, const struct netmap_slot *b, uint32_t count)
{
	const struct netmap_slot all_but = {UINT32_MAX, UINT16_MAX, (uint16_t)~NS_BUF_CHANGED, UINT64_MAX};
	slot_bits differences = {0}, seen[2], mask;

	for (uint32_t i = 0; i < count; i++) {
		memcpy(&seen[0], &a[i], sizeof seen[0]);
		memcpy(&seen[1], &b[i], sizeof seen[1]);
		differences |= seen[0] ^ seen[1];
	}
	memcpy(&mask, &all_but, sizeof mask);
	differences &= mask;
	return (differences[0] | differences[1]) != 0;
}

// An impossible buffer stays with the receiver.
static void take_slots_back(const struct kring *tx, struct netmap_slot *slots, const struct netmap_slot *theirs,
			    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct netmap_slot slot = theirs[i];

		if (any_differs(&slot, &slots[i], 1) && buffer_is_valid(tx, slot.buf_idx))
			slots[i] = slot;
	}
}

// What the receiver made of slots from..to, which it does not own any more: the sender gets them like
// that. Mostly nothing, so that neither side writes a line. Where NS_BUF_CHANGED is set, release did it.
static void take_back(const struct kring *tx, struct netmap_ring *ring, const struct kring *rx, uint32_t from,
		      uint32_t to)
{
	char *base;
	struct netmap_ring *theirs = from == to ? NULL : ring_memory(rx, &base);

	for (uint32_t i = from, count; theirs && i != to; i = ring_advance(tx, i, count)) {
		count = run_length(tx, i, to);
		if (__builtin_expect(any_differs(&theirs->slot[i], &ring->slot[i], count), 0))
			take_slots_back(tx, &ring->slot[i], &theirs->slot[i], count);
	}
}

void pipe_take_back_all(struct kring *tx, const struct kring *rx)
{
	struct netmap_ring *ring;
	char *base;

	if (!rx->held || !tx->held)
		return;
	ring = ring_memory(tx, &base);
	if (ring)
		take_back(tx, ring, rx, ring_next(tx, tx->rtail), tx->hwcur);
}

// ---- moving slots ----

static inline struct kring *other_side(const struct port *port, const struct kring *k)
{
	return &port_at(port->peer)->rings[!k->dir][k->ring_id];
}

int pipe_is_idle(const struct port *port, const struct kring *k)
{
	const uint16_t peer = glance(&port->peer);
	uint32_t theirs;

	if (peer == NONE || glance(&port->monitor_count[k->dir]))
		return 0;
	if (k->dir == TX && port_at(peer)->passed) // a guest tells nobody what it has released
		return 0;
	theirs = glance(&port_at(peer)->rings[!k->dir][k->ring_id].hwcur);
	return (k->dir == TX ? ring_prev(k, theirs) : theirs) == glance(&k->rtail);
}

// A frame with an impossible buffer arrives empty, in the buffer the receiver had: its place in the
// ring is kept, and the receiver can trust every index it sees. Where the receiver asked for offsets,
// those of its slots are the least that it gets.
static inline void send_slot(struct kring *k, struct netmap_slot *to, struct netmap_slot slot, uint64_t offset_mask)
{
	const uint64_t offset = to->ptr & offset_mask;

	if (__builtin_expect(!buffer_is_valid(k, slot.buf_idx), 0)) {
		slot.buf_idx = to->buf_idx;
		slot.len = 0;
		tally(&k->bad, 1);
	}
	if (__builtin_expect((slot.ptr & offset_mask) < offset, 0))
		slot.ptr = (slot.ptr & ~offset_mask) | offset;
	*to = slot;
}

// Copies slots, up to the ring's end at most, and takes from the receiver's processor those that come
// soon. With a mask known to be 0 the receiver's slots are only written: they are not waited for.
static inline __attribute__((always_inline)) void send_run(struct kring *k, const struct netmap_ring *ring,
							   struct netmap_ring *to, uint32_t from, uint32_t count,
							   uint64_t offset_mask, struct sending *s)
{
	const struct netmap_slot *later = slots_ahead(k, to, from, SLOTS_AHEAD, count);

	for (uint32_t i = 0; i < count; i += SLOTS_PER_LINE)
		fetch_to_write(&later[i]);
	for (uint32_t i = from; i < from + count; i++) {
		struct netmap_slot slot = ring->slot[i];

		send_slot(k, &to->slot[i], slot, offset_mask);
		note_sent(s, slot.flags, slot.len, i + 1);
	}
	if (s->complete == k->num_slots)
		s->complete = 0;
}

static void clear_changed(const struct kring *k, struct netmap_ring *ring, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i != to; i = ring_next(k, i))
		if (ring->slot[i].flags & NS_BUF_CHANGED)
			ring->slot[i].flags &= ~NS_BUF_CHANGED;
}

// Before the receiver may change anything. What a sender's monitors saw before it died is not shown them again.
static void show_monitors(struct port *port, struct kring *k, struct netmap_ring *ring, char *base, uint32_t to)
{
	const uint32_t count = ring_distance(k, k->hwcur, to);
	const uint32_t seen = k->claimed_from == k->hwcur ? k->claimed : 0;

	publish(&k->claimed, 0);
	publish(&k->claimed_from, k->hwcur);
	publish(&k->claimed, count > seen ? count : seen);
	if (count > seen)
		monitor_copy(port, k, ring, base, ring_advance(k, k->hwcur, seen), to);
}

// If we die before the publish nothing was sent, and the next one to sync copies the same slots
// again; the flags are cleared after it, so that the copy is the same.
static void show_sent(struct port *port, struct kring *k, struct netmap_ring *ring, char *base,
		      const struct sending *s)
{
	uint32_t from = k->hwcur;

	if (s->complete == from)
		return;
	if (glance(&port->monitor_count[TX]))
		show_monitors(port, k, ring, base, s->complete);
	publish(&k->hwcur, s->complete);
	if (k->claimed)
		publish(&k->claimed, 0);
	if (s->flags & NS_BUF_CHANGED)
		clear_changed(k, ring, from, s->complete);
	tally(&k->tx_packets, s->packets);
	tally(&k->tx_bytes, s->bytes);
}

static void send_new(struct port *port, struct kring *k, struct netmap_ring *ring, char *base, struct kring *peer)
{
	struct sending s = {.complete = k->hwcur};
	struct netmap_ring *to;
	char *to_base;

	if (k->hwcur == k->rhead)
		return;
	to = ring_memory(peer, &to_base);
	if (!to)
		return;
	for (uint32_t at = k->hwcur, count; at != k->rhead; at = ring_advance(k, at, count)) {
		count = run_length(k, at, k->rhead);
		if (port->flags & PIPE_APART)
			copy_run(k, ring, base, peer, to, to_base, at, count, &s);
		else if (peer->offset_mask)
			send_run(k, ring, to, at, count, peer->offset_mask, &s);
		else
			send_run(k, ring, to, at, count, 0, &s);
	}
	show_sent(port, k, ring, base, &s);
	if (!peer->csb_ofs || !offer_refresh(peer))
		doorbell_ring(peer);
	if (glance(&port_at(port->peer)->monitor_count[RX]))
		monitor_arrived(port_at(port->peer), peer);
}

enum marks pipe_tx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	struct kring *peer = other_side(port, k);
	enum marks marks = ring_read_tx_marks(k, ring, k->rtail);
	uint32_t released;

	if (marks != MARKS_OK)
		return marks;
	if (peer->csb_ofs && k->hwcur == k->rhead)
		offer_refresh(peer);
	send_new(port, k, ring, base, peer);
	released = observe(&peer->hwcur);
	if (!(port->flags & PIPE_APART))
		take_back(k, ring, peer, ring_next(k, k->rtail), released);
	monitor_done_with(port, k, ring, ring_next(k, k->rtail), released);
	ring_show_tail(k, ring, ring_prev(k, released));
	return MARKS_OK;
}

static void release(struct kring *k, struct netmap_ring *ring, struct kring *peer, int apart)
{
	struct netmap_ring *back;
	char *base;

	if (k->hwcur == k->rhead)
		return;
	back = ring_memory(peer, &base);
	if (!back)
		return;
	for (uint32_t i = k->hwcur; !apart && i != k->rhead; i = ring_next(k, i)) {
		struct netmap_slot slot = ring->slot[i];

		if (!(slot.flags & NS_BUF_CHANGED))
			continue;
		if (buffer_is_valid(k, slot.buf_idx))
			back->slot[i] = slot;
		ring->slot[i].flags = slot.flags & ~NS_BUF_CHANGED;
	}
	publish(&k->hwcur, k->rhead);
	doorbell_ring(peer);
}

enum marks pipe_rx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	struct kring *peer = other_side(port, k);
	enum marks marks = ring_read_rx_marks(k, ring, observe(&peer->hwcur), 1);

	uint32_t tail;

	if (marks == MARKS_OK) {
		monitor_done_with(port, k, ring, k->hwcur, k->rhead);
		release(k, ring, peer, port->flags & PIPE_APART);
	}
	tail = observe(&peer->hwcur);
	if (glance(&port->monitor_count[RX]))
		monitor_received(port, k, ring, base, tail);
	ring_show_tail(k, ring, tail);
	return marks;
}
