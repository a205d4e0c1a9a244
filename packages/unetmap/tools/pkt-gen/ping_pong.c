// SPDX-License-Identifier: BSD-2-Clause
//
// ping sends one frame at a time with a number and the time, pong sends each back with
// its addresses exchanged; ping measures the way there and back.
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>
#include <poll.h>

#include "frame.h"
#include "worker.h"

#define BUCKETS 64 // powers of two of a nanosecond
#define MAX_PACKET_BYTES 65600 // the largest frame and its virtio-net header

// What follows the sequence number in the payload.
struct stamp {
	uint32_t sec;
	uint32_t nsec;
};

struct round_trips {
	uint64_t count;
	uint64_t min_ns;
	uint64_t sum_ns;
	uint32_t bucket[BUCKETS];
};

struct pinger {
	struct worker *w;
	struct frame frame;
	struct round_trips second, all;
	struct timespec next_line;
	uint64_t sent;
	uint32_t unanswered; // of the last burst
};

static void
add_round_trip(struct round_trips *r, uint64_t ns)
{
	r->count++;
	r->sum_ns += ns;
	if (r->count == 1 || ns < r->min_ns)
		r->min_ns = ns;
	r->bucket[63 - __builtin_clzll(ns | 1)]++;
}

static uint64_t
mean_ns(const struct round_trips *r)
{
	return r->count ? r->sum_ns / r->count : 0;
}

static void
print_buckets(const struct round_trips *r)
{
	int first = 0, last = BUCKETS - 1, used = 0;
	char line[BUCKETS * 12];

	while (first < last && r->bucket[first] == 0)
		first++;
	while (last > first && r->bucket[last] == 0)
		last--;
	nm_log_line("ping_body", __LINE__, "k: %llu .. %llu", 1ULL << first, 1ULL << last);
	for (int i = first; i <= last; i++)
		used += snprintf(line + used, sizeof(line) - (size_t)used, " %5u", r->bucket[i]);
	fprintf(stderr, "\t%s\n", line);
}

static void
report_second(struct pinger *p)
{
	if (ns_between(now(), p->next_line) > 0)
		return;
	p->next_line = ns_after(now(), 1000000000);
	if (p->second.count == 0)
		return;
	nm_log_line("ping_body", __LINE__, "count %llu RTT: min %llu av %llu ns",
		(unsigned long long)p->second.count, (unsigned long long)p->second.min_ns,
		(unsigned long long)mean_ns(&p->second));
	print_buckets(&p->second);
	memset(&p->second, 0, sizeof(p->second));
}

static void
send_ping(struct pinger *p)
{
	struct timespec t = now();
	struct stamp stamp = {(uint32_t)t.tv_sec, (uint32_t)t.tv_nsec};

	if (frame_varies(p->w->o))
		frame_next(&p->frame);
	frame_stamp(&p->frame, (uint32_t)p->sent, &stamp, sizeof(stamp));
	if (nmport_inject(p->w->port, p->frame.bytes, p->frame.size) == 0)
		return;
	p->sent++;
	p->unanswered++;
	__atomic_store_n(&p->w->counters.bytes, p->w->counters.bytes + p->frame.size, __ATOMIC_RELAXED);
}

// As many as there is room for, and the count asks for.
static void
send_burst(struct pinger *p)
{
	uint64_t left = p->w->count - p->sent;

	p->unanswered = 0;
	for (uint32_t i = 0; i < p->w->o->burst && i < left && p->unanswered == i; i++)
		send_ping(p);
	ioctl(p->w->port->fd, NIOCTXSYNC, NULL);
}

// The frame at the ring's head: an answer to a ping of the last burst? Then its age counts.
static void
take_answer(struct pinger *p, struct netmap_ring *ring)
{
	struct netmap_slot *slot = &ring->slot[ring->head];
	const uint8_t *at = (const uint8_t *)NETMAP_BUF_OFFSET(ring, slot) +
		p->w->o->vnet_header_bytes + frame_payload_offset(p->w->o);
	uint32_t sequence, size = slot->len;
	struct stamp stamp;
	int64_t age;

	ring->head = ring->cur = nm_ring_next(ring, ring->head);
	if (size < p->frame.size || p->unanswered == 0)
		return;
	memcpy(&sequence, at, sizeof(sequence));
	memcpy(&stamp, at + sizeof(sequence), sizeof(stamp));
	if ((uint32_t)p->sent - sequence - 1 >= p->w->o->burst)
		return;
	age = ns_between((struct timespec){stamp.sec, stamp.nsec}, now());
	add_round_trip(&p->second, (uint64_t)age);
	add_round_trip(&p->all, (uint64_t)age);
	p->unanswered--;
	__atomic_store_n(&p->w->counters.packets, p->w->counters.packets + 1, __ATOMIC_RELAXED);
}

static void
take_answers(struct pinger *p)
{
	struct nmport_d *d = p->w->port;

	for (uint32_t i = d->first_rx_ring; i <= d->last_rx_ring; i++) {
		struct netmap_ring *ring = NETMAP_RXRING(d->nifp, i);

		while (!nm_ring_empty(ring))
			take_answer(p, ring);
	}
}

// Waits up to a second; then the next burst goes out.
static void
wait_for_answers(struct pinger *p)
{
	struct timespec deadline = ns_after(now(), 1000000000);
	struct pollfd pfd = {.fd = p->w->port->fd, .events = POLLIN};

	while (!cancelled() && ns_between(now(), deadline) > 0) {
		ioctl(pfd.fd, NIOCRXSYNC, NULL);
		take_answers(p);
		if (p->unanswered == 0)
			return;
		poll(&pfd, 1, 100);
	}
}

void
ping_body(struct worker *w)
{
	struct pinger p = {.w = w};
	struct pace pace;

	if (w->o->frame_bytes_min < frame_payload_offset(w->o) + sizeof(uint32_t) + sizeof(struct stamp) ||
		frame_init(&p.frame, w->o, w->index) == -1) {
		D("ping needs frames of %zu bytes", frame_payload_offset(w->o) + 4 + sizeof(struct stamp));
		give_up(w);
		return;
	}
	p.next_line = ns_after(now(), 1000000000);
	pace = pace_of(w->o);
	while (!cancelled() && p.sent < w->count) {
		wait_for_turn(&pace);
		send_burst(&p);
		if (p.unanswered > 0)
			wait_for_answers(&p);
		else
			poll(&(struct pollfd){.fd = w->port->fd, .events = POLLOUT}, 1, 100);
		report_second(&p);
	}
	D("RTT over %llu packets: min %llu av %llu ns", (unsigned long long)p.all.count,
		(unsigned long long)p.all.min_ns, (unsigned long long)mean_ns(&p.all));
	frame_free(&p.frame);
}

static void
exchange(uint8_t *a, uint8_t *b, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++) {
		uint8_t byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

// MAC addresses and those of IPv4 change places.
static void
turn_around(const struct options *o, uint8_t *packet, uint32_t size)
{
	uint8_t *ether = packet + o->vnet_header_bytes;

	if (size < o->vnet_header_bytes + 14)
		return;
	exchange(ether, ether + 6, 6);
	if (size >= o->vnet_header_bytes + 34 && ether[12] == 0x08 && ether[13] == 0x00)
		exchange(ether + 26, ether + 30, 4);
}

// Takes the packet at the ring's head, of one slot or several; returns its size, 0 if it is too large.
static uint32_t
take_packet(struct netmap_ring *ring, uint8_t *packet, uint32_t room)
{
	uint32_t size = 0;
	int more = 1;

	while (more && !nm_ring_empty(ring)) {
		struct netmap_slot *slot = &ring->slot[ring->head];
		uint32_t bytes = slot->len < ring->nr_buf_size ? slot->len : ring->nr_buf_size;

		if (size + bytes <= room)
			memcpy(packet + size, NETMAP_BUF_OFFSET(ring, slot), bytes);
		size += bytes;
		more = slot->flags & NS_MOREFRAG;
		ring->head = ring->cur = nm_ring_next(ring, ring->head);
	}
	return size <= room ? size : 0;
}

static int
send_back(struct worker *w, struct netmap_ring *ring)
{
	uint8_t packet[MAX_PACKET_BYTES];
	uint32_t size = take_packet(ring, packet, sizeof(packet));

	turn_around(w->o, packet, size);
	return size > 0 && nmport_inject(w->port, packet, size) > 0;
}

static uint32_t
send_all_back(struct worker *w)
{
	struct nmport_d *d = w->port;
	uint32_t packets = 0;

	for (uint32_t i = d->first_rx_ring; i <= d->last_rx_ring; i++) {
		struct netmap_ring *ring = NETMAP_RXRING(d->nifp, i);

		while (!nm_ring_empty(ring))
			packets += (uint32_t)send_back(w, ring);
	}
	if (packets > 0)
		ioctl(d->fd, NIOCTXSYNC, NULL);
	return packets;
}

void
pong_body(struct worker *w)
{
	struct pollfd pfd = {.fd = w->port->fd, .events = POLLIN};
	uint64_t packets = 0;
	int result;

	while (!cancelled() && packets < w->count) {
		ioctl(pfd.fd, NIOCRXSYNC, NULL);
		packets += send_all_back(w);
		__atomic_store_n(&w->counters.packets, packets, __ATOMIC_RELAXED);
		result = poll(&pfd, 1, 1000);
		if (result == 0)
			D("poll error on queue 0: timeout");
		else if (result > 0 && (pfd.revents & POLLERR))
			break;
	}
}
