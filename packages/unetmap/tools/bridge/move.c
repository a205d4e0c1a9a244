// SPDX-License-Identifier: BSD-2-Clause
#define NETMAP_WITH_LIBS
#include "move.h"

#include <net/netmap_user.h>

int
can_receive(const struct nmport_d *d)
{
	return d->first_rx_ring <= d->last_rx_ring;
}

int
can_send(const struct nmport_d *d)
{
	return d->first_tx_ring <= d->last_tx_ring;
}

uint32_t
slots_to_read(const struct nmport_d *d)
{
	uint32_t sum = 0;

	for (uint32_t i = d->first_rx_ring; i <= d->last_rx_ring; i++)
		sum += nm_ring_space(NETMAP_RXRING(d->nifp, i));
	return sum;
}

uint32_t
slots_to_write(const struct nmport_d *d)
{
	uint32_t sum = 0;

	for (uint32_t i = d->first_tx_ring; i <= d->last_tx_ring; i++)
		sum += nm_ring_space(NETMAP_TXRING(d->nifp, i));
	return sum;
}

static void
exchange_buffers(struct netmap_slot *rs, struct netmap_slot *ts)
{
	uint32_t index = ts->buf_idx;

	ts->buf_idx = rs->buf_idx;
	rs->buf_idx = index;
	ts->flags |= NS_BUF_CHANGED;
	rs->flags |= NS_BUF_CHANGED;
}

static void
move_slot(const struct way *w, struct netmap_ring *rx, uint32_t from, struct netmap_ring *tx, uint32_t to)
{
	struct netmap_slot *rs = &rx->slot[from], *ts = &tx->slot[to];
	uint32_t offset = (uint32_t)NETMAP_ROFFSET(rx, rs), room = rx->nr_buf_size;

	if (!w->exchanges && tx->nr_buf_size < room)
		room = tx->nr_buf_size;
	if (rs->len > room) {
		RD(2, "%s: invalid len %u, rxr[%u] -> txr[%u]", w->text, rs->len, from, to);
		rs->len = 0;
	}
	if (w->verbose > 1)
		D("%s: fwd len %u, rx[%u] -> tx[%u]", w->text, rs->len, from, to);
	ts->len = rs->len;
	ts->flags = (ts->flags & ~NS_MOREFRAG) | (rs->flags & NS_MOREFRAG);
	if (w->exchanges) {
		NETMAP_WOFFSET(tx, ts, offset);
		exchange_buffers(rs, ts);
	} else {
		memcpy(NETMAP_BUF_OFFSET(tx, ts), NETMAP_BUF_OFFSET(rx, rs), rs->len);
	}
}

// So many slots from head on hold whole packets and fit; 0 if the first packet does not fit.
static uint32_t
whole_packets(const struct way *w, struct netmap_ring *rx, struct netmap_ring *tx, uint32_t *packets)
{
	uint32_t have = nm_ring_space(rx), room = nm_ring_space(tx), least = have < room ? have : room;
	uint32_t slots = 0;

	*packets = 0;
	for (uint32_t i = 0, at = rx->head; i < least && *packets < w->burst; i++) {
		if (!(rx->slot[at].flags & NS_MOREFRAG)) {
			slots = i + 1;
			++*packets;
		}
		at = nm_ring_next(rx, at);
	}
	// It never will be whole: the end is missing, or it is longer than the ring.
	if (slots == 0 && (have <= room || room == tx->num_slots - 1))
		slots = least;
	return slots;
}

// Returns how many slots.
static uint32_t
move_between(struct way *w, struct netmap_ring *rx, struct netmap_ring *tx)
{
	uint32_t packets, slots = whole_packets(w, rx, tx, &packets);
	uint32_t from = rx->head, to = tx->head;

	if (rx->flags || tx->flags)
		D("%s rxflags %x txflags %x", w->text, rx->flags, tx->flags);
	for (uint32_t i = 0; i < slots; i++) {
		move_slot(w, rx, from, tx, to);
		from = nm_ring_next(rx, from);
		to = nm_ring_next(tx, to);
	}
	rx->head = rx->cur = from;
	tx->head = to;
	tx->cur = slots > 0 ? to : tx->tail; // wakes when the tail moves
	w->packets += packets;
	if (w->verbose && slots > 0)
		D("%s fwd %u packets: rxring %u --> txring %u", w->text, packets, rx->ringid, tx->ringid);
	return slots;
}

void
move_packets(struct way *w)
{
	uint32_t from = w->from->first_rx_ring, to = w->to->first_tx_ring;

	while (from <= w->from->last_rx_ring && to <= w->to->last_tx_ring) {
		struct netmap_ring *rx = NETMAP_RXRING(w->from->nifp, from);
		struct netmap_ring *tx = NETMAP_TXRING(w->to->nifp, to);

		if (nm_ring_space(rx) == 0)
			from++;
		else if (nm_ring_space(tx) == 0 || move_between(w, rx, tx) == 0)
			to++;
	}
}
