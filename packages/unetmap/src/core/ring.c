// SPDX-License-Identifier: BSD-2-Clause
#include "core/ring.h"

#include <errno.h>
#include <string.h>

// Who waits for edges is told by their number.
static void set_rtail(struct kring *k, uint32_t tail)
{
	if (k->rtail == tail)
		return;
	scribble(&k->rtail, tail);
	tally(&k->tails, 1);
}

static void pull_back(struct kring *k, struct netmap_ring *ring, uint32_t tail)
{
	const struct ring_marks marks = ring_marks(k, ring);
	const uint32_t at = k->hwcur;

	scribble(&k->rhead, at);
	scribble(&k->rcur, at);
	set_rtail(k, tail);
	scribble(marks.head, at);
	scribble(marks.cur, at);
	scribble(marks.tail, tail);
}

static int in_range(const struct kring *k, uint32_t head, uint32_t cur)
{
	return head < k->num_slots && cur < k->num_slots;
}

enum marks ring_read_tx_marks(struct kring *k, struct netmap_ring *ring, uint32_t tail)
{
	const struct ring_marks marks = ring_marks(k, ring);
	uint32_t head = observe(marks.head), cur = glance(marks.cur);

	scribble(marks.tail, k->rtail);
	if (!in_range(k, head, cur)) {
		pull_back(k, ring, tail);
		return MARKS_WRONG;
	}
	if (!ring_within(head, k->hwcur, k->rtail) || !ring_within(cur, head, k->rtail))
		return MARKS_WRONG;
	scribble(&k->rhead, head);
	scribble(&k->rcur, cur);
	return MARKS_OK;
}

enum marks ring_read_rx_marks(struct kring *k, struct netmap_ring *ring, uint32_t hwtail, int strict)
{
	const struct ring_marks marks = ring_marks(k, ring);
	uint32_t head = observe(marks.head), cur = glance(marks.cur);
	int placed;

	scribble(marks.tail, k->rtail);
	if (!in_range(k, head, cur)) {
		pull_back(k, ring, hwtail);
		return MARKS_WRONG;
	}
	placed = ring_within(head, k->hwcur, hwtail) && ring_within(cur, head, hwtail);
	if (placed || !strict)
		scribble(&k->rhead, head);
	scribble(&k->rcur, cur);
	return placed ? MARKS_OK : MARKS_WRONG;
}

void ring_show_tail(struct kring *k, struct netmap_ring *ring, uint32_t tail)
{
	const struct ring_marks marks = ring_marks(k, ring);

	set_rtail(k, tail);
	if (marks.hwcur)
		publish(marks.hwcur, k->hwcur);
	publish(marks.tail, tail);
}

// A slot names its buffer before that is taken: whoever gives the ring's buffers back finds all.
static int fill_slots(struct kring *k, struct netmap_ring *ring)
{
	for (uint32_t i = 0; i < k->num_slots; i++) {
		int64_t buffer = area_find_buffer(k->area);

		if (buffer < 0)
			return -ENOMEM;
		ring->slot[i].len = BUFFER_BYTES;
		publish(&ring->slot[i].buf_idx, (uint32_t)buffer);
		area_take_buffer(k->area, buffer);
	}
	return 0;
}

// A twin's slots are the same buffers seen from the other end of a pipe.
static int copy_slots(struct netmap_ring *ring, const struct kring *twin)
{
	char *base;
	struct netmap_ring *other = ring_memory(twin, &base);

	if (!other)
		return -ENOMEM;
	memcpy(ring->slot, other->slot, twin->num_slots * sizeof ring->slot[0]);
	return 0;
}

static void at_rest(struct kring *k, struct netmap_ring *ring)
{
	uint32_t tail = k->dir == TX ? k->num_slots - 1 : 0;

	k->hwcur = k->seen_hwcur = k->hwtail = k->delivered = k->rhead = 0;
	scribble(&k->rcur, 0);
	scribble(&k->rtail, tail);
	ring->head = ring->cur = 0;
	ring->tail = tail;
}

void ring_write_header(const struct kring *k, struct netmap_ring *ring)
{
	ring->buf_ofs = k->buf_ofs - k->ring_ofs;
	ring->num_slots = k->num_slots;
	ring->nr_buf_size = BUFFER_BYTES;
	ring->ringid = k->ring_id;
	ring->dir = k->dir;
	ring->offset_mask = k->offset_mask;
	ring->buf_align = k->buf_align;
}

static struct netmap_ring *take_ring(struct kring *k)
{
	int64_t ofs = area_find_ring(k->area);
	struct netmap_ring *ring;
	char *base;

	if (ofs < 0)
		return NULL;
	k->ring_ofs = ofs;
	ring = ring_memory(k, &base);
	if (!ring)
		return NULL;
	memset(ring, 0, segment->areas[k->area].ring_bytes);
	publish(&k->held, 1);
	area_take_ring(k->area, ofs);
	return ring;
}

int ring_create(struct kring *k, const struct kring *twin)
{
	const uint64_t bytes = sizeof(struct netmap_ring) + k->num_slots * sizeof(struct netmap_slot);
	struct netmap_ring *ring;

	if (bytes > segment->areas[k->area].ring_bytes)
		return -ENOMEM;
	ring = take_ring(k);
	if (!ring)
		return -ENOMEM;
	if (twin ? copy_slots(ring, twin) : fill_slots(k, ring)) {
		if (!twin)
			ring_release_buffers(k);
		ring_destroy(k);
		return -ENOMEM;
	}
	ring_write_header(k, ring);
	at_rest(k, ring);
	return 0;
}

void ring_destroy(struct kring *k)
{
	area_give_ring(k->area, k->ring_ofs);
	publish(&k->held, 0);
}

void ring_release_buffers(struct kring *k)
{
	char *base;
	struct netmap_ring *ring = ring_memory(k, &base);

	for (uint32_t i = 0; ring && i < k->num_slots; i++)
		area_give_buffer(k->area, ring->slot[i].buf_idx);
}
