// SPDX-License-Identifier: BSD-2-Clause
#include "ports/nic_forward.h"

#include "core/barriers.h"
#include "ports/nic_device.h"

enum { LEAST_BYTES = 14 };

struct flagged {
	struct netmap_slot *slot;
	struct netmap_slot frame; // the slot, read once
};

// The next slot from *at on that is flagged and holds a frame, its flag taken down; 0 at `end`.
static int next_flagged(const struct kring *k, struct netmap_ring *ring, uint32_t *at, uint32_t end, struct flagged *f)
{
	while (*at != end) {
		f->slot = &ring->slot[*at];
		f->frame = *f->slot;
		*at = ring_next(k, *at);
		if (!(f->frame.flags & NS_FORWARD) || !buffer_is_valid(k, f->frame.buf_idx))
			continue;
		if (f->frame.len < LEAST_BYTES || f->frame.len > BUFFER_BYTES - ring_offset(k, f->frame.ptr))
			continue;
		f->slot->flags = f->frame.flags & ~NS_FORWARD;
		return 1;
	}
	return 0;
}

static void to_stack(struct port *port, struct kring *k, struct netmap_ring *ring, char *base, uint32_t end)
{
	struct nic_device *dev = nic_device(port, NULL);
	uint32_t at = k->hwcur;
	struct flagged f;

	while (dev && next_flagged(k, ring, &at, end, &f))
		nic_host_send(dev, ring_buffer(k, base, f.frame.buf_idx) + ring_offset(k, f.frame.ptr), f.frame.len);
}

static void swap_frame(const struct kring *k, const struct flagged *from, struct netmap_slot *to)
{
	from->slot->buf_idx = to->buf_idx;
	from->slot->flags = NS_BUF_CHANGED;
	to->buf_idx = from->frame.buf_idx;
	to->len = from->frame.len;
	to->flags = NS_BUF_CHANGED;
	to->ptr = (to->ptr & ~k->offset_mask) | (from->frame.ptr & k->offset_mask);
}

// The program is in a system call and does not touch its tx rings meanwhile; if it does, that is between
// it and its rings.
static int to_wire(struct port *port, struct kring *k, struct netmap_ring *ring, uint32_t end)
{
	uint32_t at = k->hwcur;
	int count = 0;

	for (int n = 0; n < port->ring_count[TX]; n++) {
		const struct kring *out = &port->rings[TX][n];
		const uint32_t tail = glance(&out->rtail);
		char *base;
		struct netmap_ring *to = ring_memory(out, &base);
		uint32_t head = to ? glance(&to->head) : tail;
		struct flagged f;

		for (; head < out->num_slots && head != tail && next_flagged(k, ring, &at, end, &f); count++) {
			swap_frame(k, &f, &to->slot[head]);
			head = ring_next(out, head);
			scribble(&to->cur, head);
			scribble(&to->head, head);
		}
	}
	return count;
}

int nic_forward(struct port *port, const struct desc *d, struct kring *k, struct netmap_ring *ring, char *base)
{
	const uint32_t end = glance(&ring->head);

	if (!(glance(&ring->flags) & NR_FORWARD) || end >= k->num_slots || !ring_within(end, k->hwcur, k->hwtail))
		return 0;
	if (k->ring_id < port->ring_count[RX])
		to_stack(port, k, ring, base, end);
	else if (d->first[TX] == 0 && d->last[TX] >= port->ring_count[TX])
		return to_wire(port, k, ring, end);
	return 0;
}
