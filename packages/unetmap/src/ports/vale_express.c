// SPDX-License-Identifier: BSD-2-Clause
//
// Buffers lie 2,048 bytes apart, so the first lines of all of them share two sets of a first-level cache
// and thirty-two of a second-level one: a batch that is looked at in one pass and copied in the next
// is fetched twice. Here a few frames at a time are looked at, claimed and copied while they are near,
// and those of a little later are on their way meanwhile.
#include "ports/vale_express.h"

#include <sched.h>

#include "core/barriers.h"
#include "ports/monitor.h"
#include "ports/rx_queue.h"
#include "ports/vale_addresses.h"

enum {
	HANDFUL = 4,
	AHEAD = 6,     // slots whose buffers are fetched in advance
	SHOWN_AT_ONCE = 128,
	MAX_TURNS = 4, // destinations before the rest is left for batches
	NOT_HERE = NOWHERE,
};

__thread struct vale_next vale_next;

struct express {
	struct port *from;
	struct kring *k;
	struct vale_switch *s;
	struct netmap_ring *ring;
	char *base;
	struct rx_queue q;
	uint32_t unshown; // frames that the receiver cannot see yet
	int turns;
	int yielded;
	int few;  // frames in all
	uint16_t open; // the port on the switch that q leads to, or NOT_HERE
	uint16_t to;   // where frames with these addresses go
	uint64_t destination, source;
	uint64_t packets, bytes;
};

// ---- where to ----

// The only other port, or NOT_HERE: then a flood has one receiver, and is none.
static uint16_t only_other(const struct express *e)
{
	uint16_t found = NOT_HERE;

	for (uint32_t i = 0; i < observe(&e->s->port_high); i++) {
		if (i == e->from->sw_port || !observe(&e->s->ports[i]))
			continue;
		if (found != NOT_HERE)
			return NOT_HERE;
		found = i;
	}
	return found;
}

static void find_port(struct express *e, uint64_t destination, uint64_t source)
{
	e->destination = destination;
	e->source = source;
	learn_from(e->from, e->s, source);
	e->to = look_up(e->s, destination, e->from->sw_port);
	if (e->to == FLOOD)
		e->to = e->k->ring_id ? NOT_HERE : only_other(e); // floods go to first rings
}

static inline uint16_t port_for(struct express *e, const char *frame)
{
	uint64_t destination = frame_destination(frame), source = frame_source(frame);

	if (__builtin_expect(destination != e->destination || source != e->source, 0))
		find_port(e, destination, source);
	return e->to;
}

// ---- looking ----

// Some of the next slots, up to the ring's end, that hold whole frames for one port.
struct handful {
	struct whole_frame frames[HANDFUL];
	uint32_t count;
	uint32_t bytes;
	uint16_t flags; // of any
	uint16_t to;
};

static inline int is_whole(const struct kring *k, struct netmap_slot slot)
{
	return !(slot.flags & (NS_INDIRECT | NS_MOREFRAG)) &&
	       slot.len >= MIN_FRAME_BYTES && slot.len <= BUFFER_BYTES &&
	       buffer_is_valid(k, slot.buf_idx);
}

static inline uint32_t slots_in_reach(const struct kring *k)
{
	uint32_t left = k->hwcur <= k->rhead ? k->rhead - k->hwcur : k->num_slots - k->hwcur;

	return left < HANDFUL ? left : HANDFUL;
}

static inline void look(struct express *e, struct handful *h)
{
	const struct kring *k = e->k;
	const uint32_t reach = slots_in_reach(k);
	const struct netmap_slot *slots = &e->ring->slot[k->hwcur];
	const struct netmap_slot *soon = slots_ahead(k, e->ring, k->hwcur, AHEAD, reach);
	const char *buffers = ring_buffer(k, e->base, 0);
	uint32_t n = 0, bytes = 0;

	h->flags = 0;
	for (; n < reach; n++) {
		struct netmap_slot slot = slots[n];
		const char *data = buffers + (uint64_t)slot.buf_idx * BUFFER_BYTES;
		uint16_t to;

		__builtin_prefetch(buffers + (uint64_t)glance(&soon[n].buf_idx) * BUFFER_BYTES);
		if (!is_whole(k, slot))
			break;
		to = port_for(e, data);
		if (n && to != h->to)
			break;
		h->frames[n] = (struct whole_frame){data, slot.len};
		h->to = to;
		h->flags |= slot.flags;
		bytes += slot.len;
	}
	h->count = n;
	h->bytes = bytes;
}

// Nobody sends them again, whatever happens to us; those not shown yet are then counted as lost.
static inline void claim(struct express *e, const struct handful *h)
{
	struct netmap_slot *slot = &e->ring->slot[e->k->hwcur];

	if (h->flags & NS_BUF_CHANGED)
		for (uint32_t i = 0; i < h->count; i++)
			slot[i].flags &= ~NS_BUF_CHANGED;
	e->k->claimed += h->count;
	publish(&e->k->hwcur, ring_advance(e->k, e->k->hwcur, h->count));
}

// ---- delivering ----

static void close_queue(struct express *e)
{
	if (e->open == NOT_HERE)
		return;
	rx_queue_close(&e->q);
	if (e->few)
		vale_next = (struct vale_next){&e->q.ring->slot[e->q.tail], &e->q.k->hwtail};
	if (glance(&port_at(e->q.k->port)->monitor_count[RX]))
		monitor_arrived(port_at(e->q.k->port), e->q.k);
	publish(&e->k->claimed, 0);
	e->unshown = 0;
	e->open = NOT_HERE;
}

static int open_queue(struct express *e, uint16_t to)
{
	uint16_t id = observe(&e->s->ports[to]);
	struct port *port = id ? port_at(id - 1) : NULL;

	if (!port || port->vnet_hdr_bytes || !rx_queue_open(&e->q, port, e->k->ring_id, e->k->sw))
		return 0;
	e->open = to;
	if (e->few)
		rx_queue_fetch(&e->q);
	return 1;
}

static int turn_to(struct express *e, uint16_t to)
{
	if (to == NOT_HERE)
		return 0;
	if (e->open == to)
		return 1;
	close_queue(e);
	return e->turns++ < MAX_TURNS && open_queue(e, to);
}

// Frames are about to be lost: the receiver gets one chance a sync to run and make room, for it may
// be waiting for this very processor.
static int make_room(struct express *e, const struct handful *h)
{
	if (e->yielded || rx_queue_has_room(&e->q, h->count))
		return 1;
	e->yielded = 1;
	close_queue(e);
	sched_yield();
	return open_queue(e, h->to);
}

// The receiver takes the first frames of a batch while the others are on their way.
static inline void deliver(struct express *e, const struct handful *h)
{
	rx_queue_put_whole(&e->q, h->frames, h->count);
	e->packets += h->count;
	e->bytes += h->bytes;
	e->unshown += h->count;
	if (e->unshown >= SHOWN_AT_ONCE) {
		rx_queue_show(&e->q);
		publish(&e->k->claimed, 0);
		e->unshown = 0;
	}
}

static void run(struct express *e)
{
	while (e->k->hwcur != e->k->rhead) {
		struct handful h;

		look(e, &h);
		if (!h.count || !turn_to(e, h.to) || !make_room(e, &h))
			break;
		claim(e, &h);
		deliver(e, &h);
	}
	close_queue(e);
}

void vale_express(struct port *port, struct kring *k, struct netmap_ring *ring, char *base)
{
	struct express e = {
		.from = port,
		.k = k,
		.s = &segment->switches[k->sw],
		.ring = ring,
		.base = base,
		.few = ring_distance(k, k->hwcur, k->rhead) <= HANDFUL,
		.open = NOT_HERE,
		.to = NOT_HERE,
		.destination = ~0ull, // no address of 48 bits
	};

	if (observe(&e.s->ruler) || k->offset_mask || port->vnet_hdr_bytes || glance(&port->monitor_count[TX]))
		return;
	run(&e);
	tally(&k->tx_packets, e.packets);
	tally(&k->tx_bytes, e.bytes);
}
