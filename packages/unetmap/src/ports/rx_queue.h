// SPDX-License-Identifier: BSD-2-Clause
//
// Putting frames into a port's rx ring from outside, by copying: what senders on a switch and
// monitored ports do. Between open and close the ring's qlock is held; nothing of it is visible to
// the receiver, or survives our death, before close publishes hwtail.
#ifndef UNETMAP_PORTS_RX_QUEUE_H_
#define UNETMAP_PORTS_RX_QUEUE_H_

#include "core/barriers.h"
#include "core/doorbell.h"
#include "core/ring.h"
#include "core/robust_lock.h"
#include "ports/copy.h"
#include "ports/port.h"

struct rx_queue {
	struct kring *k;
	struct netmap_ring *ring;
	char *base;
	uint32_t tail;
	uint32_t room;
	uint64_t packets, bytes, drops;
};

enum { PREFETCH_AHEAD = 4 };

// Rx ring k. 0 if it is no more, or if `sw` does not deliver to it any more (see struct kring); the queue
// is then not to be closed.
static inline int rx_queue_enter(struct rx_queue *q, struct kring *k, uint16_t sw)
{
	*q = (struct rx_queue){.k = k};
	robust_lock(&k->qlock);
	if (observe(&k->active) && k->sw == sw)
		q->ring = ring_memory(k, &q->base);
	if (!q->ring) {
		robust_unlock(&k->qlock);
		return 0;
	}
	q->tail = k->hwtail;
	q->room = k->num_slots - 1 - ring_distance(k, k->seen_hwcur, q->tail);
	return 1;
}

// The same for what was sent on tx ring `ring_id`.
static inline int rx_queue_open(struct rx_queue *q, struct port *port, uint16_t ring_id, uint16_t sw)
{
	const uint32_t rings = glance(&port->ring_count[RX]); // once: the port may be changing into another

	return rx_queue_enter(q, &port->rings[RX][rings ? ring_id % rings : 0], sw);
}

// True if so many slots are free. Asks the receiver's processor only when the room last seen is used up.
static inline int rx_queue_has_room(struct rx_queue *q, uint32_t slots)
{
	struct kring *k = q->k;

	if (__builtin_expect(slots > q->room, 0)) {
		k->seen_hwcur = observe(&k->hwcur);
		q->room = k->num_slots - 1 - ring_distance(k, k->seen_hwcur, q->tail);
	}
	return slots <= q->room;
}

// True if a frame of so many slots may follow; otherwise it is counted as lost.
static inline int rx_queue_admit(struct rx_queue *q, uint32_t slots)
{
	if (!rx_queue_has_room(q, slots)) {
		q->drops++;
		return 0;
	}
	q->room -= slots;
	q->packets++;
	return 1;
}

static inline void rx_queue_prefetch(const struct rx_queue *q)
{
	uint32_t ahead = ring_advance(q->k, q->tail, PREFETCH_AHEAD % q->k->num_slots);
	uint32_t buffer = glance(&q->ring->slot[ahead].buf_idx);

	if (buffer_is_valid(q->k, buffer))
		__builtin_prefetch(ring_buffer(q->k, q->base, buffer), 1);
}

// One slot of an admitted frame. `exact`: data is not the start of a buffer, and must not be read
// beyond len. A receiver that left an impossible buffer index gets an empty slot.
static inline void rx_queue_put(struct rx_queue *q, const char *data, uint32_t len, int exact, uint16_t flags)
{
	struct netmap_slot *slot = &q->ring->slot[q->tail];
	uint32_t buffer = glance(&slot->buf_idx);
	uint64_t ofs = ring_offset(q->k, slot->ptr);

	rx_queue_prefetch(q);
	if (!buffer_is_valid(q->k, buffer) || ofs > BUFFER_BYTES) {
		len = 0;
	} else if (!exact && !q->k->offset_mask) {
		copy_in_units(ring_buffer(q->k, q->base, buffer), data, len);
	} else {
		len = len > BUFFER_BYTES - ofs ? BUFFER_BYTES - ofs : len;
		memcpy(ring_buffer(q->k, q->base, buffer) + ofs, data, len);
	}
	slot->len = len;
	slot->flags = flags;
	q->tail = ring_next(q->k, q->tail);
	q->bytes += len;
}

static inline void rx_queue_close(struct rx_queue *q)
{
	struct kring *k = q->k;

	tally(&k->packets, q->packets);
	tally(&k->bytes, q->bytes);
	tally(&k->drops, q->drops);
	publish(&k->hwtail, q->tail);
	robust_unlock(&k->qlock);
	if (q->packets)
		doorbell_ring(k);
}

#endif
