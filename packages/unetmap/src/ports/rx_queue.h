// SPDX-License-Identifier: BSD-2-Clause
//
// Putting frames into a port's rx ring from outside, by copying: what senders on a switch and
// monitored ports do. Between open and close the ring's qlock is held; nothing of it is visible to
// the receiver, or survives our death, before close or show publishes hwtail.
#ifndef UNETMAP_PORTS_RX_QUEUE_H_
#define UNETMAP_PORTS_RX_QUEUE_H_

#include "core/barriers.h"
#include "core/doorbell.h"
#include "core/ring.h"
#include "core/robust_lock.h"
#include "ports/copy.h"
#include "ports/offer.h"
#include "ports/port.h"

struct rx_queue {
	struct kring *k;
	struct netmap_ring *ring;
	char *base;
	uint32_t tail;
	uint32_t room;
	int is_stuck; // whoever delivers to it was stopped in the middle
	int full; // a frame found no room: those after it get none either
	uint64_t packets, bytes, drops;
};

// A frame that one slot holds, from the start of a buffer.
struct whole_frame {
	const char *data;
	uint32_t len;
};

// Rx ring k. 0 if it is no more, or if `sw` does not deliver to it any more (see struct kring), or if
// somebody was stopped while delivering to it; the queue is then not to be closed.
static inline int rx_queue_enter(struct rx_queue *q, struct kring *k, uint16_t sw)
{
	*q = (struct rx_queue){.k = k};
	if (__builtin_expect(k->csb_ofs != 0, 0))
		offer_refresh(k);
	if (!robust_lock_patiently(&k->qlock, &k->stuck)) {
		q->is_stuck = 1;
		return 0;
	}
	if (__builtin_expect(glance(&k->stuck), 0))
		scribble(&k->stuck, 0);
	if (observe(&k->active) && k->sw == sw)
		q->ring = ring_memory(k, &q->base);
	if (!q->ring) {
		robust_unlock(&k->qlock);
		return 0;
	}
	q->tail = glance(&k->delivering) ? observe(&k->hwtail) : k->delivered;
	publish(&k->delivering, 1);
	q->room = k->num_slots - 1 - ring_distance(k, k->seen_hwcur, q->tail);
	return 1;
}

// The same for what was sent on tx ring `ring_id`.
static inline int rx_queue_open(struct rx_queue *q, struct port *port, uint16_t ring_id, uint16_t sw)
{
	const uint32_t rings = glance(&port->ring_count[RX]); // once: the port may be changing into another

	return rx_queue_enter(q, &port->rings[RX][rings ? ring_id % rings : 0], sw);
}

// For a frame or two: takes the lines that are written last, and that the receiver watches, while the first are written.
static inline void rx_queue_fetch(const struct rx_queue *q)
{
	fetch_to_write(&q->ring->slot[q->tail]);
	fetch_to_write(&q->k->hwtail);
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

// For a receiver that released more than it had, which in-kernel netmap lets it do, and which leaves it
// less room, not more: senders must not go by what they saw before.
static inline void rx_queue_look_anew(struct kring *k)
{
	robust_lock(&k->qlock);
	k->seen_hwcur = k->hwcur;
	robust_unlock(&k->qlock);
}

// True if a frame of so many slots may follow; otherwise it is counted as lost.
static inline int rx_queue_admit(struct rx_queue *q, uint32_t slots)
{
	if (q->full || !rx_queue_has_room(q, slots)) {
		q->full = 1;
		q->drops++;
		return 0;
	}
	q->room -= slots;
	q->packets++;
	return 1;
}

// One slot of an admitted frame. `exact`: data is not the start of a buffer, and must not be read
// beyond len. A receiver that left an impossible buffer index gets an empty slot.
static inline void rx_queue_put(struct rx_queue *q, const char *data, uint32_t len, int exact, uint16_t flags)
{
	struct netmap_slot *slot = &q->ring->slot[q->tail];
	uint32_t buffer = glance(&slot->buf_idx);
	uint64_t ofs = ring_offset(q->k, slot->ptr);

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

enum { BUFFERS_AHEAD = 4 };

// As rx_queue_put, for whole frames up to the ring's end at most. Slots and buffers that come soon are
// taken from the receiver's processor meanwhile.
static inline void rx_queue_put_run(struct rx_queue *q, const struct whole_frame *frames, uint32_t count)
{
	const struct kring *k = q->k;
	const struct netmap_slot *soon = slots_ahead(k, q->ring, q->tail, BUFFERS_AHEAD, count);
	const struct netmap_slot *later = slots_ahead(k, q->ring, q->tail, SLOTS_AHEAD, count);
	struct netmap_slot *slot = &q->ring->slot[q->tail];
	char *buffers = ring_buffer(k, q->base, 0);
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < count; i += SLOTS_PER_LINE)
		fetch_to_write(&later[i]);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t buffer = glance(&slot[i].buf_idx), len = frames[i].len;

		fetch_to_write(buffers + (uint64_t)glance(&soon[i].buf_idx) * BUFFER_BYTES);
		if (__builtin_expect(buffer_is_valid(k, buffer), 1))
			copy_in_units(buffers + (uint64_t)buffer * BUFFER_BYTES, frames[i].data, len);
		else
			len = 0;
		slot[i].len = len;
		slot[i].flags = 1 << NS_PORT_SHIFT;
		bytes += len;
	}
	q->tail = ring_advance(k, q->tail, count);
	q->bytes += bytes;
}

// Admits and puts whole frames; those that find no room are counted as lost.
static inline void rx_queue_put_whole(struct rx_queue *q, const struct whole_frame *frames, uint32_t count)
{
	uint32_t fits = rx_queue_has_room(q, count) ? count : q->room;

	q->drops += count - fits;
	q->packets += fits;
	q->room -= fits;
	for (; q->k->offset_mask && fits; fits--, frames++)
		rx_queue_put(q, frames->data, frames->len, 0, 1 << NS_PORT_SHIFT);
	while (fits) {
		uint32_t left = q->k->num_slots - q->tail, run = fits < left ? fits : left;

		rx_queue_put_run(q, frames, run);
		frames += run;
		fits -= run;
	}
}

// A queue that could not be opened: what was for it is lost.
static inline void rx_queue_pass_by(struct rx_queue *q, uint64_t frames)
{
	if (q->is_stuck)
		add_fetch(&q->k->passed_by, frames);
}

// Shows the receiver what there is so far; the doorbell is left for close.
static inline void rx_queue_show(struct rx_queue *q)
{
	publish(&q->k->hwtail, q->tail);
}

static inline void rx_queue_close(struct rx_queue *q)
{
	struct kring *k = q->k;

	tally(&k->packets, q->packets);
	tally(&k->bytes, q->bytes);
	tally(&k->drops, q->drops);
	publish(&k->hwtail, q->tail);
	publish(&k->delivered, q->tail);
	publish(&k->delivering, 0);
	robust_unlock(&k->qlock);
	fence_after_swap();
	if (!q->packets || (__builtin_expect(k->csb_ofs != 0, 0) && offer_refresh(k)))
		return;
	doorbell_ring_fenced(k);
}

#endif
