// SPDX-License-Identifier: BSD-2-Clause
//
// Moving frames across a switch, in the sender's call: most by vale_express.c, and what that leaves in
// three passes over a batch:
//
//   gather     tx slots -> frames[]: each slot read once and checked; the batch is then claimed
//              (hwcur moves) so that nobody sends it again whatever happens to us
//   classify   each frame's source is learned, its destination looked up; frames of one
//              destination are chained, floods in a chain of their own, both in order
//              (or, on a switch that a VALE module rules: the module says where each goes)
//   deliver    for each destination: its ring locked once, its own chain and the flood chain merged
//              and copied, its hwtail published once
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "core/barriers.h"
#include "core/user_memory.h"
#include "ports/monitor.h"
#include "ports/port.h"
#include "ports/rx_queue.h"
#include "ports/vale.h"
#include "ports/vale_batch.h"
#include "ports/vale_express.h"
#include "ports/vnet.h"

enum {
	PAGE = 4096,
	NO_PAGE = 1, // no page starts there
};

// ---- gather ----

static int page_is_readable(struct batch *b, uint64_t page)
{
	char byte;

	if (page == b->good_page)
		return 1;
	if (copy_from_user(&byte, page, 1))
		return 0;
	b->good_page = page;
	return 1;
}

static const char *indirect_data(struct batch *b, uint64_t ptr, uint32_t len)
{
	uint64_t last = ptr + len - 1;

	if (!len || last < ptr || !page_is_readable(b, ptr & -(uint64_t)PAGE) ||
	    !page_is_readable(b, last & -(uint64_t)PAGE))
		return NULL;
	return (const char *)(uintptr_t)ptr;
}

// What an impossible buffer holds. In-kernel netmap shows one that nobody has instead.
static const char zeros[BUFFER_BYTES];

// NULL if the slot's frame, or part of one, is to count as empty.
static const char *slot_data(struct batch *b, struct netmap_slot slot, char *base)
{
	const struct kring *k = b->k;
	uint64_t ofs = ring_offset(k, slot.ptr);

	if (slot.len > BUFFER_BYTES)
		return NULL;
	if (slot.flags & NS_INDIRECT)
		return k->csb_ofs ? NULL : indirect_data(b, slot.ptr, slot.len); // a guest's addresses are not ours
	if (ofs > (uint32_t)(BUFFER_BYTES - slot.len))
		return NULL;
	return buffer_is_valid(k, slot.buf_idx) ? ring_buffer(k, base, slot.buf_idx) + ofs : zeros;
}

static inline void gather_slot(struct batch *b, struct netmap_slot *in_ring, char *base)
{
	struct netmap_slot slot = *in_ring;
	struct frame *f = &b->frames[b->count++];

	if (slot.flags & NS_BUF_CHANGED)
		in_ring->flags = slot.flags & ~NS_BUF_CHANGED;
	f->data = slot_data(b, slot, base);
	f->len = slot.len;
	f->bad = !f->data || f->data == zeros;
	if (!f->data) {
		f->data = zeros;
		f->len = 0;
	}
	f->more = (slot.flags & NS_MOREFRAG) != 0;
	f->exact = (slot.flags & NS_INDIRECT) || b->k->offset_mask;
	f->slots = 1;
	__builtin_prefetch(f->data);
}

// The frame of slots first..last is complete.
static void close_frame(struct batch *b, uint32_t first, uint32_t last)
{
	uint32_t bad = 0;

	b->frames[first].slots = last - first + 1;
	for (uint32_t i = first; i <= last; i++)
		bad += b->frames[i].bad;
	if (bad)
		tally(&b->k->bad, 1);
}

// Takes slots from `at` up to `head`, whole frames only unless one frame fills the batch or the
// program stopped in the middle of it. Returns where it stopped.
static uint32_t gather(struct batch *b, struct netmap_ring *ring, char *base, uint32_t at, uint32_t head)
{
	uint32_t first = 0, frame_at = at;

	b->count = 0;
	while (at != head && b->count < BATCH) {
		gather_slot(b, &ring->slot[at], base);
		at = ring_next(b->k, at);
		if (b->frames[b->count - 1].more)
			continue;
		if (b->count - first > 1 || b->frames[first].bad)
			close_frame(b, first, b->count - 1);
		first = b->count;
		frame_at = at;
	}
	if (first == b->count)
		return at;
	if (at != head && first) {
		b->count = first;
		return frame_at;
	}
	b->frames[b->count - 1].more = 0;
	close_frame(b, first, b->count - 1);
	return at;
}

// ---- classify ----

// Behind the virtio-net header of `skip` bytes, which may have the first slot for itself, also if it is
// none. NULL if there is no frame.
static const char *ethernet_header(const struct frame *f, uint32_t skip)
{
	if (!f->bad && f->len == skip && f->slots > 1)
		return f[1].len < MIN_FRAME_BYTES ? NULL : f[1].data;
	return f->len < MIN_FRAME_BYTES + skip ? NULL : f->data + skip;
}

static void classify(struct batch *b, struct vale_switch *s)
{
	const uint32_t skip = b->from->vnet_hdr_bytes;
	const uint16_t self = b->from->sw_port;
	uint64_t last_dst = 0, last_src = 0;
	int to = -1;

	begin_chains(b);
	for (uint32_t i = 0; i < b->count; i += b->frames[i].slots) {
		struct frame *f = &b->frames[i];
		const char *start;
		uint64_t dst, src;

		start = ethernet_header(f, skip);
		if (!start) {
			tally(&b->k->bad, !f->bad);
			continue;
		}
		count_sent(b->k, f);
		dst = frame_destination(start);
		src = frame_source(start);
		if (to < 0 || dst != last_dst || src != last_src) {
			learn_from(b->from, s, src);
			to = look_up(s, dst, self);
			last_dst = dst;
			last_src = src;
		}
		if (to != NOWHERE)
			append(b, to, i);
	}
}

// ---- deliver ----

static inline void put_frame(struct rx_queue *q, const struct frame *f)
{
	const uint16_t flags = (f->slots & 0xff) << NS_PORT_SHIFT;

	if (!rx_queue_admit(q, f->slots))
		return;
	for (uint32_t i = f->slots; i; i--, f++)
		rx_queue_put(q, f->data, f->len, f->exact, flags | (f->more ? NS_MOREFRAG : 0));
}

// Ports that have headers of different lengths before their frames see each other's frames converted.
static void put_converted(struct batch *b, struct rx_queue *q, const struct frame *f, uint32_t to_bytes)
{
	if (vnet_put(q, f, b->from->vnet_hdr_bytes, to_bytes) < 0)
		b->k->bad++;
}

static void put_chains(struct batch *b, struct rx_queue *q, uint32_t header_bytes, uint16_t own, uint16_t flood)
{
	while (own != END || flood != END) {
		uint16_t *next = own < flood ? &own : &flood;
		const struct frame *f = &b->frames[*next];

		*next = f->next;
		if (__builtin_expect(header_bytes != b->from->vnet_hdr_bytes, 0))
			put_converted(b, q, f, header_bytes);
		else
			put_frame(q, f);
	}
}

// Frames are about to be lost: the receiver gets one chance a sync to run and make room, for it may
// be waiting for this very processor.
static int open_with_room(struct batch *b, struct rx_queue *q, struct port *to, uint32_t ring)
{
	int open = rx_queue_open(q, to, ring, b->k->sw);

	if (!open || b->yielded || rx_queue_has_room(q, b->count))
		return open;
	b->yielded = 1;
	rx_queue_close(q);
	sched_yield();
	return rx_queue_open(q, to, ring, b->k->sw);
}

static uint32_t chain_length(const struct batch *b, uint16_t first)
{
	uint32_t length = 0;

	for (uint16_t i = first; i != END; i = b->frames[i].next)
		length++;
	return length;
}

static void deliver(struct batch *b, uint16_t sw_port, uint32_t ring, uint16_t own, uint16_t flood)
{
	struct vale_switch *s = &segment->switches[b->k->sw];
	uint16_t id = observe(&s->ports[sw_port]);
	struct rx_queue q;

	if (!id)
		return;
	if (!open_with_room(b, &q, port_at(id - 1), ring)) {
		rx_queue_pass_by(&q, chain_length(b, own) + chain_length(b, flood));
		return;
	}
	put_chains(b, &q, port_at(id - 1)->vnet_hdr_bytes, own, flood);
	rx_queue_close(&q);
	if (glance(&port_at(id - 1)->monitor_count[RX]))
		monitor_arrived(port_at(id - 1), q.k);
}

static void deliver_known(struct batch *b)
{
	for (uint32_t i = 0; i < b->busy_count; i++)
		if (b->busy[i] != FLOOD)
			deliver(b, b->busy[i], b->ring, b->chains[b->busy[i]].first, END);
}

// A flood goes to everybody's first ring.
void vale_deliver(struct batch *b, struct vale_switch *s)
{
	uint16_t flood = b->chains[FLOOD].first;

	if (flood == END) {
		deliver_known(b);
		return;
	}
	if (b->ring)
		deliver_known(b);
	for (uint32_t i = 0; i < observe(&s->port_high); i++)
		if (i != b->from->sw_port)
			deliver(b, i, 0, b->ring ? END : b->chains[i].first, flood);
}

// ---- all of it ----

static void forward(struct batch *b, struct vale_switch *s, char *base)
{
	const uint32_t ruler = observe(&s->ruler);

	if (__builtin_expect(ruler, 0) && vale_forward_by_module(b, s, ruler, base))
		return;
	b->ring = b->k->ring_id;
	classify(b, s);
	vale_deliver(b, s);
}

// ---- the two syncs ----

// From here on these slots are ours, and lost if we die. Returns where they begin.
static uint32_t claim(struct kring *k, uint32_t end)
{
	uint32_t at = k->hwcur;

	k->claimed = ring_distance(k, at, end);
	publish(&k->hwcur, end);
	return at;
}

static void count_lost(struct kring *k)
{
	if (__builtin_expect(!k->claimed, 1))
		return;
	tally(&k->lost, k->claimed);
	publish(&k->claimed, 0);
}

enum marks vale_tx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	enum marks marks;
	struct batch b;

	vale_fetch(&vale_next.hwtail);
	marks = ring_read_tx_marks(k, ring, ring_prev(k, k->hwcur));
	if (marks != MARKS_OK)
		return marks;
	count_lost(k);
	if (k->sw == NONE) // a persistent port that is not attached
		publish(&k->hwcur, k->rhead);
	else
		vale_express(port, k, ring, base);
	b.from = port;
	b.k = k;
	b.yielded = 0;
	b.good_page = NO_PAGE;
	while (k->hwcur != k->rhead) {
		uint32_t at, end = gather(&b, ring, base, k->hwcur, k->rhead);

		at = claim(k, end);
		if (glance(&port->monitor_count[TX]))
			monitor_copy(port, k, ring, base, at, end);
		forward(&b, &segment->switches[k->sw], base);
		publish(&k->claimed, 0);
	}
	monitor_done_with(port, k, ring, ring_next(k, k->rtail), k->hwcur);
	ring_show_tail(k, ring, ring_prev(k, k->hwcur));
	return MARKS_OK;
}

// A receiver that has nothing to release must not touch what senders look at.
static void release(struct kring *k, struct netmap_ring *ring)
{
	if (k->hwcur == k->rhead)
		return;
	for (uint32_t i = k->hwcur; i != k->rhead; i = ring_next(k, i))
		if (ring->slot[i].flags & NS_BUF_CHANGED)
			ring->slot[i].flags &= ~NS_BUF_CHANGED;
	publish(&k->hwcur, k->rhead);
}

// Something arrived: the program is going to look at it, and perhaps to answer.
static inline void expect(const struct netmap_slot *first)
{
	__builtin_prefetch(first);
	vale_fetch(&vale_next.slot);
}

int vale_is_idle(const struct port *port, const struct kring *k)
{
	return (k->dir == TX || glance(&k->hwtail) == glance(&k->rtail)) && !glance(&port->monitor_count[k->dir]);
}

enum marks vale_rx_sync(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	enum marks marks = ring_read_rx_marks(k, ring, observe(&k->hwtail), 0);

	uint32_t tail;

	monitor_done_with(port, k, ring, k->hwcur, k->rhead);
	release(k, ring);
	if (marks != MARKS_OK)
		rx_queue_look_anew(k);
	tail = observe(&k->hwtail);
	if (tail != k->rtail)
		expect(&ring->slot[k->rtail]);
	if (glance(&port->monitor_count[RX]))
		monitor_received(port, k, ring, base, tail);
	ring_show_tail(k, ring, tail);
	return marks;
}
