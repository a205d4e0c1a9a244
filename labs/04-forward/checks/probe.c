// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends numbered packets into one pipe and takes them out of another, and looks at what only a program on rings can see:
 * which buffer each packet is in. Prints one line:
 *
 *     sent N received N intact N same-buffer N flagged N
 *
 * same-buffer: arrived in the very buffer it was written to. flagged: arrived with NS_BUF_CHANGED. Packets are sent until
 * there is no room anywhere, and only then taken out: a buffer that is in two slots at once is overwritten in that time.
 *
 *     probe INTO OUT-OF UDP-PORT PACKETS
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

enum { FRAME_BYTES = 60, NUMBER_AT = 42, FULL_MS = 300, GIVE_UP_MS = 10000 };

struct tally {
	unsigned sent, received, intact, same_buffer, flagged;
};

static void
put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* Ethernet, IPv4 without a checksum, UDP without a checksum, and the packet's number in every byte of the payload. */
static void
fill_frame(uint8_t *frame, unsigned udp_port, unsigned number)
{
	memset(frame, 0, FRAME_BYTES);
	memset(frame, 0xff, 6);
	frame[6] = 2;
	put16(frame + 12, 0x0800);
	frame[14] = 0x45;
	put16(frame + 16, FRAME_BYTES - 14);
	frame[22] = 64;
	frame[23] = 17;
	put16(frame + 36, udp_port);
	put16(frame + 38, FRAME_BYTES - 34);
	for (int at = NUMBER_AT; at + 2 <= FRAME_BYTES; at += 2)
		put16(frame + at, number);
}

static void
fill_ring(struct netmap_ring *tx, struct tally *t, unsigned udp_port, uint32_t *buffers, unsigned packets)
{
	for (; t->sent < packets && !nm_ring_empty(tx); tx->head = tx->cur = nm_ring_next(tx, tx->head)) {
		struct netmap_slot *slot = &tx->slot[tx->head];

		buffers[t->sent % 65536] = slot->buf_idx;
		fill_frame((uint8_t *)NETMAP_BUF(tx, slot->buf_idx), udp_port, t->sent++);
		slot->len = FRAME_BYTES;
		slot->flags = 0;
	}
}

/* Until all is sent, or there was no room for FULL_MS. */
static void
send_until_full(struct nm_desc *d, struct tally *t, unsigned udp_port, uint32_t *buffers, unsigned packets)
{
	struct pollfd pfd = { .fd = d->fd, .events = POLLOUT };

	while (t->sent < packets && poll(&pfd, 1, FULL_MS) > 0)
		fill_ring(NETMAP_TXRING(d->nifp, d->first_tx_ring), t, udp_port, buffers, packets);
	ioctl(d->fd, NIOCTXSYNC, NULL);
}

static void
look(const struct netmap_slot *slot, const uint8_t *frame, struct tally *t, unsigned udp_port, const uint32_t *buffers)
{
	uint8_t wanted[FRAME_BYTES];
	unsigned number = t->received++;

	fill_frame(wanted, udp_port, number);
	t->intact += slot->len == FRAME_BYTES && memcmp(frame, wanted, FRAME_BYTES) == 0;
	t->same_buffer += slot->buf_idx == buffers[number % 65536];
	t->flagged += (slot->flags & NS_BUF_CHANGED) != 0;
}

static void
take_out(struct nm_desc *d, struct tally *t, unsigned udp_port, const uint32_t *buffers)
{
	struct netmap_ring *rx = NETMAP_RXRING(d->nifp, d->first_rx_ring);

	for (; !nm_ring_empty(rx); rx->head = rx->cur = nm_ring_next(rx, rx->head)) {
		struct netmap_slot *slot = &rx->slot[rx->head];

		look(slot, (uint8_t *)NETMAP_BUF(rx, slot->buf_idx), t, udp_port, buffers);
		slot->flags = 0;
	}
}

/* Until all that was sent is there, or nothing came for GIVE_UP_MS. The sender's ring may still hold some of it. */
static void
take_all(struct nm_desc *into, struct nm_desc *out, struct tally *t, unsigned udp_port, const uint32_t *buffers)
{
	struct pollfd pfd = { .fd = out->fd, .events = POLLIN };

	while (t->received < t->sent && poll(&pfd, 1, GIVE_UP_MS) > 0) {
		take_out(out, t, udp_port, buffers);
		ioctl(into->fd, NIOCTXSYNC, NULL);
	}
	ioctl(out->fd, NIOCRXSYNC, NULL);
}

int
main(int argc, char **argv)
{
	static uint32_t buffers[65536];
	struct tally t = { 0 };
	struct nm_desc *into = argc == 5 ? nm_open(argv[1], NULL, 0, NULL) : NULL;
	struct nm_desc *out = into ? nm_open(argv[2], NULL, 0, NULL) : NULL;
	unsigned udp_port, packets;

	if (out == NULL) {
		perror("probe");
		return 1;
	}
	udp_port = (unsigned)atoi(argv[3]);
	packets = (unsigned)atoi(argv[4]);
	while (t.sent < packets && t.received == t.sent) {
		send_until_full(into, &t, udp_port, buffers, packets);
		take_all(into, out, &t, udp_port, buffers);
	}
	printf("sent %u received %u intact %u same-buffer %u flagged %u\n", t.sent, t.received, t.intact, t.same_buffer,
	       t.flagged);
	nm_close(into);
	nm_close(out);
	return 0;
}
