// SPDX-License-Identifier: BSD-2-Clause
//
// Rings as the engine sees them: a trusted kring in the control segment, and the netmap_ring in the
// area, every word of which the program may have scribbled on. Nothing read from the latter is used
// before a check here; each is read once.
#ifndef UNETMAP_CORE_RING_H_
#define UNETMAP_CORE_RING_H_

#include <net/netmap.h>

#include "core/area.h"
#include "core/bar.h"
#include "core/segment.h"

enum marks { MARKS_OK = 0, MARKS_WRONG };

static inline uint32_t ring_next(const struct kring *k, uint32_t i)
{
	return i + 1 == k->num_slots ? 0 : i + 1;
}

static inline uint32_t ring_prev(const struct kring *k, uint32_t i)
{
	return i ? i - 1 : k->num_slots - 1;
}

// Slots from `from` up to, not including, `to`.
static inline uint32_t ring_distance(const struct kring *k, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : to + k->num_slots - from;
}

static inline uint32_t ring_advance(const struct kring *k, uint32_t i, uint32_t by)
{
	i += by;
	return i >= k->num_slots ? i - k->num_slots : i;
}

// A core's reply takes as long as about so many slots.
enum { SLOTS_AHEAD = 32, SLOTS_PER_LINE = 4 };

// Slots to fetch in advance: `count` of them that follow each other, `by` slots after i, or near enough
// where the ring goes around. count <= num_slots.
static inline const struct netmap_slot *slots_ahead(const struct kring *k, const struct netmap_ring *ring, uint32_t i,
						    uint32_t by, uint32_t count)
{
	return i + by + count <= k->num_slots ? &ring->slot[i + by] : ring->slot;
}

// True if i lies in from..to, both ends included, going around.
static inline int ring_within(uint32_t i, uint32_t from, uint32_t to)
{
	return from <= to ? from <= i && i <= to : i >= from || i <= to;
}

static inline int buffer_is_valid(const struct kring *k, uint32_t buffer)
{
	return buffer >= RESERVED_BUFFERS && buffer < k->buf_total;
}

// The ring in this process's memory, NULL if its area is gone. *base gets the area's start.
static inline struct netmap_ring *ring_memory(const struct kring *k, char **base)
{
	*base = area_view(k->area, k->area_gen);
	return *base ? (struct netmap_ring *)(*base + k->ring_ofs) : NULL;
}

static inline char *ring_buffer(const struct kring *k, char *base, uint32_t buffer)
{
	return base + k->buf_ofs + (uint64_t)buffer * BUFFER_BYTES;
}

// Where in its buffer the frame of a slot begins.
static inline uint64_t ring_offset(const struct kring *k, uint64_t ptr)
{
	const uint64_t offset = ptr & k->offset_mask;

	return offset < k->offset_max ? offset : k->offset_max;
}

// The marks that the program writes, and the tail that it is shown: in the ring, or where a guest has them.
struct ring_marks {
	uint32_t *head, *cur, *tail;
	uint32_t *hwcur; // a guest is shown it, too; else NULL
};

static inline struct ring_marks ring_marks(const struct kring *k, struct netmap_ring *ring)
{
	struct csb_entry *entry = (struct csb_entry *)((char *)ring - k->ring_ofs + k->csb_ofs);

	if (__builtin_expect(!k->csb_ofs, 1))
		return (struct ring_marks){&ring->head, &ring->cur, &ring->tail, NULL};
	return (struct ring_marks){&entry->atok.head, &entry->atok.cur, &entry->ktoa.hwtail, &entry->ktoa.hwcur};
}

// True if the program's marks are where the last sync left them, and it waits for nothing beyond its head.
static inline int ring_is_settled(const struct kring *k, struct ring_marks marks)
{
	const uint32_t at = glance(&k->hwcur);

	return glance(marks.head) == at && glance(marks.cur) == at && glance(&k->rcur) == at &&
	       glance(marks.tail) == glance(&k->rtail);
}

// Reads and checks the program's marks of a tx ring against the slots it owns, hwcur..tail.
// MARKS_OK: rhead and rcur are set. MARKS_WRONG: out of range marks have been pulled back to the
// last good ones, misplaced ones left for the program to mend; the ring must not be synced.
enum marks ring_read_tx_marks(struct kring *k, struct netmap_ring *ring, uint32_t tail);

// The same for an rx ring, hwcur..hwtail. If `strict`, misplaced marks release nothing; otherwise,
// like in-kernel netmap, a head in range counts even beyond tail (it harms its own program only).
enum marks ring_read_rx_marks(struct kring *k, struct netmap_ring *ring, uint32_t hwtail, int strict);

// Shows the program a new tail.
void ring_show_tail(struct kring *k, struct netmap_ring *ring, uint32_t tail);

// What a ring says of itself: geometry, not marks.
void ring_write_header(const struct kring *k, struct netmap_ring *ring);

// Takes ring memory for k, whose geometry is set, and writes a fresh ring into it: marks at rest, and
// in the slots new buffers, or those of `twin`. Returns 0, or -ENOMEM with nothing taken.
// Control lock held.
int ring_create(struct kring *k, const struct kring *twin);

// Gives the ring memory back; the buffers that its slots name now stay taken.
void ring_destroy(struct kring *k);

// Gives back the buffers that the slots name now.
void ring_release_buffers(struct kring *k);

#endif
