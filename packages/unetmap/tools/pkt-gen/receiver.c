// SPDX-License-Identifier: BSD-2-Clause
//
// rx and rxseq: takes everything, looks only at lengths unless asked for more.
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>
#include <poll.h>

#include "frame.h"
#include "worker.h"

#define IDLE_MS 1000

// Of what one ring receives.
struct sequence {
	uint32_t next;
	int is_known;
	int in_packet; // the last slot was not the end of its packet
};

struct receiver {
	struct worker *w;
	const struct options *o;
	struct sequence *sequences; // by ring, for JOB_RXSEQ
	uint64_t touched; // keeps OPT_ACCESS reads alive
	int ended;
};

static void
check_sequence(const struct receiver *r, struct sequence *q, const uint8_t *frame, uint32_t size)
{
	uint32_t found, at = r->o->vnet_header_bytes + frame_payload_offset(r->o);

	if (at + sizeof(found) > size)
		return;
	memcpy(&found, frame + at, sizeof(found));
	found = ntohl(found);
	if (q->is_known && found != q->next) {
		if ((int32_t)(found - q->next) > 0)
			RD(1, "Sequence GAP: exp %u found %u", q->next, found);
		else
			RD(1, "Sequence OUT OF ORDER: exp %u found %u", q->next, found);
	}
	q->is_known = 1;
	q->next = found + 1;
}

static void
look_into(struct receiver *r, uint32_t number, struct netmap_ring *ring, uint32_t at)
{
	struct netmap_slot *slot = &ring->slot[at];
	const uint8_t *frame = (const uint8_t *)NETMAP_BUF_OFFSET(ring, slot);

	if (r->o->option_bits & OPT_ACCESS)
		r->touched += frame[0];
	if (r->sequences) {
		struct sequence *q = &r->sequences[number];

		if (!q->in_packet)
			check_sequence(r, q, frame, slot->len);
		q->in_packet = slot->flags & NS_MOREFRAG;
	}
	if (r->o->option_bits & OPT_DUMP)
		dump_slot(ring, at);
}

static int
looks(const struct options *o)
{
	return (o->option_bits & (OPT_ACCESS | OPT_DUMP)) || o->job == JOB_RXSEQ;
}

// Takes up to `limit` packets; a packet of several slots counts once.
static uint32_t
receive_packets(struct receiver *r, uint32_t number, uint32_t limit, uint64_t *bytes)
{
	struct netmap_ring *ring = NETMAP_RXRING(r->w->port->nifp, number);
	const uint32_t num_slots = ring->num_slots, tail = ring->tail;
	const int looking = looks(r->o);
	uint32_t head = ring->head, packets = 0;
	uint64_t sum = 0;

	while (head != tail && packets < limit) {
		struct netmap_slot *slot = &ring->slot[head];

		if (unlikely(looking))
			look_into(r, number, ring, head);
		sum += slot->len;
		packets += !(slot->flags & NS_MOREFRAG);
		head = head + 1 == num_slots ? 0 : head + 1;
	}
	ring->head = ring->cur = head;
	*bytes += sum;
	return packets;
}

static uint32_t
left_to_take(const struct receiver *r, uint32_t limit)
{
	uint64_t left = r->w->count - r->w->counters.packets;

	return left < limit ? (uint32_t)left : limit;
}

static uint32_t
receive_batches(struct receiver *r)
{
	struct nmport_d *d = r->w->port;
	uint32_t packets, total = 0;

	for (uint32_t i = d->first_rx_ring; i <= d->last_rx_ring; i++) {
		struct netmap_ring *ring = NETMAP_RXRING(d->nifp, i);
		uint32_t space = nm_ring_space(ring);
		uint64_t bytes = 0;

		if (space == 0)
			continue;
		packets = receive_packets(r, i, left_to_take(r, r->o->burst), &bytes);
		count_batch(&r->w->counters, packets, bytes, space);
		total += packets;
	}
	return total;
}

static void
wait_for_first(struct receiver *r)
{
	struct pollfd pfd = {.fd = r->w->port->fd, .events = POLLIN};
	int result;

	while (!cancelled()) {
		result = poll(&pfd, 1, IDLE_MS);
		if (result > 0 && !(pfd.revents & POLLERR))
			return;
		if (result > 0) {
			D("poll error on %s", r->w->port->hdr.nr_name);
			r->ended = 1;
			return;
		}
		if (!cancelled())
			nm_log_line("receiver_body", __LINE__,
				"waiting for initial packets, poll returns %d %d", result, pfd.revents);
	}
}

static int
has_packets(const struct nmport_d *d)
{
	for (uint32_t i = d->first_rx_ring; i <= d->last_rx_ring; i++)
		if (!nm_ring_empty(NETMAP_RXRING(d->nifp, i)))
			return 1;
	return 0;
}

static void
wait_for_more(struct receiver *r)
{
	struct pollfd pfd = {.fd = r->w->port->fd, .events = POLLIN};
	int result;

	if (spin_until(r->w, NIOCRXSYNC, has_packets))
		return;
	result = poll(&pfd, 1, IDLE_MS);
	if (result == 0 && r->o->leave_when_idle)
		r->ended = 1;
	if (result > 0 && (pfd.revents & POLLERR)) {
		D("poll error on %s", r->w->port->hdr.nr_name);
		r->ended = 1;
	}
}

static void
receive_all(struct receiver *r)
{
	struct worker *w = r->w;

	while (!cancelled() && !r->ended && w->counters.packets < w->count) {
		if (receive_batches(r) > 0) {
			w->end = now();
			ioctl(w->port->fd, NIOCRXSYNC, NULL);
		} else {
			wait_for_more(r);
		}
	}
}

// What arrived before the run was interrupted counts.
static void
receive_rest(struct receiver *r)
{
	ioctl(r->w->port->fd, NIOCRXSYNC, NULL);
	if (r->w->count == UINT64_MAX && receive_batches(r) > 0) {
		r->w->end = now();
		ioctl(r->w->port->fd, NIOCRXSYNC, NULL);
	}
}

void
receiver_body(struct worker *w)
{
	struct receiver r = {.w = w, .o = w->o};

	if (w->o->job == JOB_RXSEQ)
		r.sequences = calloc((size_t)w->port->last_rx_ring + 1, sizeof(*r.sequences));
	D("reading from %s fd %d main_fd %d", w->port->hdr.nr_name, w->port->fd, w->main_fd);
	wait_for_first(&r);
	w->start = now();
	receive_all(&r);
	receive_rest(&r);
	free(r.sequences);
}
