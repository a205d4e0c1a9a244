// SPDX-License-Identifier: BSD-2-Clause
//
// Frames on their way through a pipe whose ends have buffers of their own (pipe.c). What is in the sender's slots
// may be a guest's, and change meanwhile: each is read once.
#ifndef UNETMAP_PORTS_PIPE_COPY_H_
#define UNETMAP_PORTS_PIPE_COPY_H_

#include <net/netmap.h>

#include "core/barriers.h"
#include "core/ring.h"
#include "ports/copy.h"

struct sending {
	uint32_t complete; // where the last whole frame ends
	uint32_t unfinished_bytes; // of the frame after that
	uint64_t packets, bytes;
	uint16_t flags; // of any slot
};

// A slot is on its way, and the one after it is `next`.
static inline void note_sent(struct sending *s, uint16_t flags, uint32_t len, uint32_t next)
{
	s->flags |= flags;
	s->unfinished_bytes += len;
	if (flags & NS_MOREFRAG)
		return;
	s->complete = next;
	s->packets++;
	s->bytes += s->unfinished_bytes;
	s->unfinished_bytes = 0;
}

enum { COPIES_AHEAD = 6 };

// What is impossible, or does not fit, arrives empty.
static inline void copy_slot(struct kring *k, char *base, struct kring *peer, char *to_base, struct netmap_slot *to,
			     struct netmap_slot slot)
{
	const uint64_t from_ofs = ring_offset(k, slot.ptr), to_ofs = ring_offset(peer, to->ptr);
	const uint32_t buffer = glance(&to->buf_idx), room = BUFFER_BYTES - (from_ofs > to_ofs ? from_ofs : to_ofs);

	if (!buffer_is_valid(k, slot.buf_idx) || !buffer_is_valid(peer, buffer) || slot.len > room) {
		tally(&k->bad, 1);
		slot.len = 0;
	}
	if (__builtin_expect((from_ofs | to_ofs) != 0, 0))
		memcpy(ring_buffer(peer, to_base, buffer) + to_ofs, ring_buffer(k, base, slot.buf_idx) + from_ofs, slot.len);
	else
		copy_in_units(ring_buffer(peer, to_base, buffer), ring_buffer(k, base, slot.buf_idx), slot.len);
	to->len = slot.len;
	to->flags = slot.flags & ~NS_BUF_CHANGED;
}

static inline void fetch_buffers(const struct kring *k, const struct netmap_ring *ring, char *base, struct kring *peer,
				 const struct netmap_ring *to, char *to_base, uint32_t i)
{
	const uint32_t from = glance(&ring->slot[i].buf_idx), there = glance(&to->slot[i].buf_idx);

	if (buffer_is_valid(k, from))
		__builtin_prefetch(ring_buffer(k, base, from));
	if (buffer_is_valid(peer, there))
		fetch_to_write(ring_buffer(peer, to_base, there));
}

// Copies frames, up to the ring's end at most.
static inline void copy_run(struct kring *k, const struct netmap_ring *ring, char *base, struct kring *peer,
			    struct netmap_ring *to, char *to_base, uint32_t from, uint32_t count, struct sending *s)
{
	const struct netmap_slot *later = slots_ahead(k, to, from, SLOTS_AHEAD, count);

	for (uint32_t i = 0; i < count; i += SLOTS_PER_LINE)
		fetch_to_write(&later[i]);
	for (uint32_t i = from; i < from + count; i++) {
		const struct netmap_slot slot = ring->slot[i];

		fetch_buffers(k, ring, base, peer, to, to_base, ring_advance(k, i, COPIES_AHEAD));
		copy_slot(k, base, peer, to_base, &to->slot[i], slot);
		note_sent(s, slot.flags, to->slot[i].len, i + 1);
	}
	if (s->complete == k->num_slots)
		s->complete = 0;
}

#endif
