// SPDX-License-Identifier: BSD-2-Clause
#include "station.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define JOINED_MAX PCAP_FRAME_MAX

static int
fail(const char *what, const char *why)
{
	fprintf(stderr, "nmio: %s: %s\n", what, why);
	return -1;
}

// The library says why on stderr.
int
station_open(struct station *s)
{
	s->port = nmport_open(s->name);
	return s->port ? 0 : fail(s->name, strerror(errno));
}

int
station_read_from(struct station *s, const char *path)
{
	if (s->sends)
		return fail(s->name, "it has a file to send already");
	if (pcap_reader_open(&s->reader, path, s->reader_error) == -1) {
		fprintf(stderr, "nmio: %s\n", s->reader_error);
		return -1;
	}
	s->sends = 1;
	return 0;
}

int
station_write_to(struct station *s, const char *path)
{
	int to_stdout = strcmp(path, "-") == 0;

	if (s->captures)
		return fail(s->name, "it has a file for its capture already");
	if (to_stdout && isatty(STDOUT_FILENO))
		return fail("-", "a capture is no text for a terminal; name a file");
	s->capture_path = path;
	s->capture_file = to_stdout ? stdout : fopen(path, "wb");
	if (!s->capture_file)
		return fail(path, strerror(errno));
	s->captures = 1;
	if (pcap_write_header(s->capture_file) == -1 || fflush(s->capture_file) == EOF)
		return fail(path, strerror(errno));
	return 0;
}

int
station_close(struct station *s)
{
	int result = 0;

	if (s->sends)
		pcap_reader_close(&s->reader);
	if (s->capture_file && fclose(s->capture_file) == EOF)
		result = fail(s->capture_path, strerror(errno));
	nmport_close(s->port);
	return result;
}

// ---- send ------------------------------------------------------------------------

static int
read_frame(struct station *s)
{
	int got;

	if (s->holds_frame || s->read_all)
		return 0;
	got = pcap_reader_next(&s->reader, &s->frame);
	s->holds_frame = got == 1;
	s->read_all = got != 1;
	if (got != -1)
		return 0;
	fprintf(stderr, "nmio: %s\n", s->reader_error);
	return -1;
}

static uint64_t
largest_frame(struct station *s)
{
	struct netmap_ring *ring = NETMAP_TXRING(s->port->nifp, s->port->first_tx_ring);

	return (uint64_t)(ring->num_slots - 1) * ring->nr_buf_size;
}

// 1 = it is in a ring, 0 = no room, -1 = it can never be sent.
static int
queue_frame(struct station *s)
{
	if (s->frame.size == 0 || s->frame.size > largest_frame(s))
		return fail(s->reader.path, "it has a frame that fits into no ring");
	if (nmport_inject(s->port, s->frame.bytes, s->frame.size) == 0)
		return 0;
	s->holds_frame = 0;
	s->sent_packets++;
	s->sent_bytes += s->frame.size;
	return 1;
}

int
station_has_more(const struct station *s)
{
	return s->sends && (s->holds_frame || !s->read_all);
}

static uint32_t
slots_of_frame(const struct station *s)
{
	struct netmap_ring *ring = NETMAP_TXRING(s->port->nifp, s->port->first_tx_ring);

	return (s->frame.size + ring->nr_buf_size - 1) / ring->nr_buf_size;
}

int
station_send(struct station *s, uint32_t limit, uint32_t slots)
{
	uint32_t packets = 0, used = 0;
	int queued = 1;

	while (packets < limit && used < slots && queued == 1) {
		if (read_frame(s) == -1)
			return -1;
		if (!s->holds_frame)
			break;
		used += slots_of_frame(s);
		queued = queue_frame(s);
		packets += queued == 1;
	}
	if (queued == -1)
		return -1;
	if (packets > 0 && ioctl(s->port->fd, NIOCTXSYNC, NULL) == -1)
		return fail(s->name, strerror(errno));
	return (int)packets;
}

int
station_pending(struct station *s)
{
	int pending = 0;

	if (!s->sends)
		return 0;
	ioctl(s->port->fd, NIOCTXSYNC, NULL);
	for (uint32_t i = s->port->first_tx_ring; i <= s->port->last_tx_ring; i++)
		pending += nm_tx_pending(NETMAP_TXRING(s->port->nifp, i));
	return pending;
}

// ---- capture ---------------------------------------------------------------------

// Takes one packet, of one slot or more, off the ring into `joined` if it needs joining.
static void
take_packet(struct netmap_ring *ring, struct pcap_frame *frame, uint8_t *joined)
{
	struct netmap_slot *slot = &ring->slot[ring->head];
	uint32_t part;

	frame->bytes = (uint8_t *)NETMAP_BUF_OFFSET(ring, slot);
	frame->size = frame->original = slot->len;
	ring->head = ring->cur = nm_ring_next(ring, ring->head);
	if (!(slot->flags & NS_MOREFRAG) || nm_ring_empty(ring))
		return;
	memcpy(joined, frame->bytes, frame->size);
	frame->bytes = joined;
	while ((slot->flags & NS_MOREFRAG) && !nm_ring_empty(ring)) {
		slot = &ring->slot[ring->head];
		part = slot->len < JOINED_MAX - frame->size ? slot->len : JOINED_MAX - frame->size;
		memcpy(joined + frame->size, NETMAP_BUF_OFFSET(ring, slot), part);
		frame->size += part;
		frame->original += slot->len;
		ring->head = ring->cur = nm_ring_next(ring, ring->head);
	}
}

static uint64_t
time_of(const struct netmap_ring *ring)
{
	struct timeval t = ring->ts;

	if (t.tv_sec == 0)
		gettimeofday(&t, NULL);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

static int
capture_ring(struct station *s, struct netmap_ring *ring, uint64_t limit)
{
	static uint8_t joined[JOINED_MAX];
	struct pcap_frame frame = {.ts_ns = time_of(ring)};
	int packets = 0;

	while ((uint64_t)packets < limit && !nm_ring_empty(ring)) {
		take_packet(ring, &frame, joined);
		if (pcap_write_frame(s->capture_file, &frame) == -1)
			return fail(s->capture_path, strerror(errno));
		packets++;
		s->captured_packets++;
		s->captured_bytes += frame.original;
	}
	return packets;
}

int
station_capture(struct station *s, uint64_t limit)
{
	int packets = 0, taken;

	ioctl(s->port->fd, NIOCRXSYNC, NULL);
	for (uint32_t i = s->port->first_rx_ring; i <= s->port->last_rx_ring; i++) {
		taken = capture_ring(s, NETMAP_RXRING(s->port->nifp, i), limit - (uint64_t)packets);
		if (taken == -1)
			return -1;
		packets += taken;
	}
	if (packets == 0)
		return 0;
	ioctl(s->port->fd, NIOCRXSYNC, NULL);
	return fflush(s->capture_file) == EOF ? fail(s->capture_path, strerror(errno)) : packets;
}
