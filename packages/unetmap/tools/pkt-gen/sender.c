// SPDX-License-Identifier: BSD-2-Clause
//
// tx and txseq. A frame that never changes is written into each buffer once; after
// that, sending a packet is setting a slot's length.
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>
#include <poll.h>

#include "frame.h"
#include "pcap/pcap.h"
#include "worker.h"

// So many packets are written anew in any case, so that a receiver which changes
// frames in place is noticed late if at all; -o 4 never stops.
#define ALWAYS_COPIED 100000

struct sender {
	struct worker *w;
	const struct options *o;
	struct frame frame;
	struct pcap_reader pcap; // -P; its frames are read again and again
	char pcap_error[PCAP_ERROR_SIZE];
	uint32_t **filled;     // by ring and slot: the buffer that holds our frame
	const uint8_t *bytes;  // what to send next
	uint32_t size;
	uint64_t sent;
	int varies;
	int unsent;   // the frame in hand found no room yet
	int shuts_up; // the port or the file is gone, and stderr says so
	int ended;    // because all is sent
};

static int
alloc_filled(struct sender *s)
{
	struct nmport_d *d = s->w->port;
	uint32_t rings = (uint32_t)d->last_tx_ring + 1;

	s->filled = calloc(rings, sizeof(*s->filled));
	for (uint32_t i = d->first_tx_ring; s->filled && i < rings; i++) {
		s->filled[i] = calloc(NETMAP_TXRING(d->nifp, i)->num_slots, sizeof(uint32_t));
		if (!s->filled[i])
			return -1;
	}
	return s->filled ? 0 : -1;
}

static int
open_pcap(struct sender *s)
{
	if (!s->o->pcap_path || pcap_reader_open(&s->pcap, s->o->pcap_path, s->pcap_error) == 0)
		return 0;
	fprintf(stderr, "pkt-gen: -P %s\n", s->pcap_error);
	return -1;
}

static int
sender_init(struct sender *s, struct worker *w)
{
	memset(s, 0, sizeof(*s));
	s->w = w;
	s->o = w->o;
	if (open_pcap(s) == -1)
		return -1;
	if (frame_init(&s->frame, w->o, w->index) == -1 || alloc_filled(s) == -1) {
		D("no memory");
		return -1;
	}
	s->varies = frame_varies(s->o) || s->o->pcap_path || s->o->job == JOB_TXSEQ;
	s->bytes = s->frame.bytes;
	s->size = s->frame.size;
	return 0;
}

static void
sender_free(struct sender *s)
{
	for (uint32_t i = s->w->port->first_tx_ring; s->filled && i <= s->w->port->last_tx_ring; i++)
		free(s->filled[i]);
	free(s->filled);
	frame_free(&s->frame);
	if (s->o->pcap_path)
		pcap_reader_close(&s->pcap);
}

// 1, or 0 at the end of the file, or -1 with pcap_error said.
static int
read_pcap_frame(struct sender *s, struct pcap_frame *frame)
{
	int result = pcap_reader_next(&s->pcap, frame);

	if (result == -1)
		fprintf(stderr, "pkt-gen: -P %s\n", s->pcap_error);
	return result;
}

// A file that cannot be read again ends the run; one that has no frames at all, or bad ones, fails it.
static void
next_pcap_frame(struct sender *s)
{
	struct pcap_frame frame;
	int result = read_pcap_frame(s, &frame);

	if (result == 0 && pcap_reader_rewind(&s->pcap) == 0)
		result = read_pcap_frame(s, &frame);
	if (result == 1) {
		s->bytes = frame.bytes;
		s->size = frame.size;
		return;
	}
	if (result == 0)
		fprintf(stderr, "pkt-gen: -P %s: no more frames\n", s->o->pcap_path);
	s->ended = result == 0 && s->sent > 0;
	s->shuts_up = 1;
	s->size = 0;
}

static void
next_frame(struct sender *s)
{
	if (s->unsent)
		return;
	if (s->o->pcap_path) {
		next_pcap_frame(s);
		return;
	}
	if (frame_varies(s->o) && s->sent > 0)
		frame_next(&s->frame);
	if (s->o->job == JOB_TXSEQ)
		frame_stamp(&s->frame, htonl((uint32_t)s->sent), NULL, 0);
	s->size = s->frame.size;
}

// How a frame is cut: -F gives the number of slots, but none holds more than -M or a buffer does. The
// last one takes what is left.
struct cut {
	uint32_t piece, slots;
};

static struct cut
cut_frame(const struct sender *s, const struct netmap_ring *ring)
{
	uint32_t most = s->o->fragment_bytes ? s->o->fragment_bytes : ring->nr_buf_size;
	uint32_t slots = s->o->fragments < s->size ? s->o->fragments : s->size, piece;

	most = most < ring->nr_buf_size ? most : ring->nr_buf_size;
	piece = slots ? s->size / slots : 0;
	if (slots == 0 || s->size - piece * (slots - 1) <= most)
		return (struct cut){piece, slots};
	return (struct cut){most, (s->size + most - 1) / most};
}

static void
fill_slot(const struct sender *s, struct netmap_ring *ring, struct netmap_slot *slot, uint32_t from,
	uint32_t bytes)
{
	slot->len = (uint16_t)bytes;
	slot->flags = from + bytes < s->size ? NS_MOREFRAG : 0;
	if (s->o->option_bits & OPT_RUBBISH)
		return;
	if (s->o->option_bits & OPT_INDIRECT) {
		slot->flags |= NS_INDIRECT;
		slot->ptr = (uintptr_t)(s->bytes + from);
		return;
	}
	memcpy(NETMAP_BUF_OFFSET(ring, slot), s->bytes + from, slot->len);
}

// The frame in hand, from slot `head` on; returns the slot after it.
static uint32_t
put_frame(const struct sender *s, struct netmap_ring *ring, uint32_t head, struct cut cut, uint32_t *filled)
{
	for (uint32_t i = 0, from = 0; i < cut.slots; i++, head = nm_ring_next(ring, head)) {
		uint32_t bytes = i + 1 < cut.slots ? cut.piece : s->size - from;

		fill_slot(s, ring, &ring->slot[head], from, bytes);
		if (s->o->option_bits & OPT_DUMP)
			dump_slot(ring, head);
		filled[head] = cut.slots == 1 ? ring->slot[head].buf_idx : 0;
		from += bytes;
	}
	return head;
}

static int
fits(struct sender *s, const struct netmap_ring *ring, uint32_t slots, uint32_t space)
{
	if (slots >= ring->num_slots) {
		D("a frame of %u slots does not fit into a ring of %u", slots, ring->num_slots);
		s->shuts_up = 1;
	}
	s->unsent = slots > space;
	return !s->unsent;
}

// Up to `limit` frames, each written into its buffers; returns how many.
static uint32_t
send_written(struct sender *s, struct netmap_ring *ring, uint32_t *filled, uint32_t limit,
	uint64_t *bytes)
{
	uint32_t head = ring->head, space = nm_ring_space(ring), frames = 0;

	for (; frames < limit; frames++) {
		struct cut cut;

		if (s->varies)
			next_frame(s);
		cut = cut_frame(s, ring);
		if (s->shuts_up || !fits(s, ring, cut.slots, space))
			break;
		head = put_frame(s, ring, head, cut, filled);
		space -= cut.slots;
		s->sent++;
		*bytes += s->size;
	}
	if (frames > 0)
		ring->slot[head > 0 ? head - 1 : ring->num_slots - 1].flags |= NS_REPORT;
	ring->head = ring->cur = head;
	return frames;
}

// The same for one-slot frames that never change.
static uint32_t
send_prefilled(struct sender *s, struct netmap_ring *ring, uint32_t *filled, uint32_t limit,
	uint64_t *bytes)
{
	const uint32_t num_slots = ring->num_slots, size = s->size;
	uint32_t head = ring->head, last = head, space = nm_ring_space(ring);

	limit = limit < space ? limit : space;
	for (uint32_t i = 0; i < limit; i++) {
		struct netmap_slot *slot = &ring->slot[head];

		if (unlikely(filled[head] != slot->buf_idx)) {
			memcpy(NETMAP_BUF_OFFSET(ring, slot), s->bytes, size);
			filled[head] = slot->buf_idx;
		}
		slot->len = (uint16_t)size;
		slot->flags = 0;
		last = head;
		head = head + 1 == num_slots ? 0 : head + 1;
	}
	if (limit > 0)
		ring->slot[last].flags = NS_REPORT;
	ring->head = ring->cur = head;
	s->sent += limit;
	*bytes += (uint64_t)limit * size;
	return limit;
}

static int
may_prefill(const struct sender *s, const struct netmap_ring *ring)
{
	uint32_t bits = OPT_COPY | OPT_MEMCPY | OPT_INDIRECT | OPT_DUMP | OPT_RUBBISH;

	return s->sent >= ALWAYS_COPIED && !s->varies && !(s->o->option_bits & bits) &&
		cut_frame(s, ring).slots == 1;
}

// One batch on each bound ring; returns how many packets.
static uint32_t
send_batches(struct sender *s, uint32_t limit)
{
	struct nmport_d *d = s->w->port;
	uint32_t frames, total = 0;

	// All indirect slots point at the one frame in hand.
	if (s->varies && (s->o->option_bits & OPT_INDIRECT))
		limit = 1;
	for (uint32_t i = d->first_tx_ring; i <= d->last_tx_ring && limit > 0; i++) {
		struct netmap_ring *ring = NETMAP_TXRING(d->nifp, i);
		uint64_t bytes = 0;

		if (nm_ring_empty(ring))
			continue;
		if (may_prefill(s, ring))
			frames = send_prefilled(s, ring, s->filled[i], limit, &bytes);
		else
			frames = send_written(s, ring, s->filled[i], limit, &bytes);
		if (frames > 0)
			count_batch(&s->w->counters, frames, bytes, nm_ring_space(ring));
		total += frames;
		limit -= frames;
	}
	return total;
}

static uint32_t
left_to_send(const struct sender *s, uint32_t limit)
{
	uint64_t left = s->w->count - s->sent;

	return left < limit ? (uint32_t)left : limit;
}

static int
has_room(const struct nmport_d *d)
{
	for (uint32_t i = d->first_tx_ring; i <= d->last_tx_ring; i++)
		if (!nm_ring_empty(NETMAP_TXRING(d->nifp, i)))
			return 1;
	return 0;
}

static void
wait_for_room(struct sender *s)
{
	struct pollfd pfd = {.fd = s->w->port->fd, .events = POLLOUT};
	int result;

	if (spin_until(s->w, NIOCTXSYNC, has_room))
		return;
	result = poll(&pfd, 1, 2000);
	if (result == 0)
		D("poll error on queue %d: timeout", s->w->index);
	if (result > 0 && (pfd.revents & (POLLERR | POLLNVAL))) {
		D("poll error on %s", s->w->port->hdr.nr_name);
		s->shuts_up = 1;
	}
}

static void
send_batch_or_wait(struct sender *s, uint32_t limit)
{
	while (limit > 0 && !cancelled() && !s->shuts_up) {
		uint32_t sent = send_batches(s, limit);

		limit -= sent;
		if (sent > 0)
			ioctl(s->w->port->fd, NIOCTXSYNC, NULL);
		else
			wait_for_room(s);
	}
}

static void
send_all(struct sender *s)
{
	struct pace pace = pace_of(s->o);

	while (!cancelled() && !s->shuts_up && s->sent < s->w->count) {
		wait_for_turn(&pace);
		send_batch_or_wait(s, left_to_send(s, s->o->burst));
	}
}

// The last frames count as sent when the engine has taken them all.
static void
flush(struct sender *s)
{
	struct nmport_d *d = s->w->port;
	struct timespec pause = {.tv_nsec = 100000};
	uint32_t i = d->first_tx_ring;

	ioctl(d->fd, NIOCTXSYNC, NULL);
	while (i <= d->last_tx_ring && !cancelled() && !s->shuts_up) {
		if (!nm_tx_pending(NETMAP_TXRING(d->nifp, i))) {
			i++;
			continue;
		}
		ioctl(d->fd, NIOCTXSYNC, NULL);
		if (nm_tx_pending(NETMAP_TXRING(d->nifp, i)))
			nanosleep(&pause, NULL);
	}
}

void
sender_body(struct worker *w)
{
	struct netmap_ring *ring = NETMAP_TXRING(w->port->nifp, w->port->first_tx_ring);
	struct sender s;

	D("start, fd %d main_fd %d", w->port->fd, w->main_fd);
	if (sender_init(&s, w) == -1) {
		give_up(w);
		return;
	}
	w->start = now();
	send_all(&s);
	D("flush tail %u head %u on thread %p", ring->tail, ring->head, (void *)pthread_self());
	flush(&s);
	w->end = now();
	if (s.shuts_up && !s.ended)
		give_up(w);
	sender_free(&s);
}
