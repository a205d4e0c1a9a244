// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends numbered packets into one port and takes them out of another, and looks at what only a program on rings can see:
 * which buffer each packet is in. Prints one line:
 *
 *     sent N received N intact N same-buffer N flagged N untold N doubled N lies N
 *
 * same-buffer: arrived in the very buffer it was written to. flagged: arrived with NS_BUF_CHANGED. untold: slots that came
 * back to the sender without that flag, so that it has the same buffer as before. doubled: buffers that are in two slots in the end.
 * lies: packets whose slot claims more than a buffer holds, and that were passed on.
 *
 * Packets are sent until there is no room anywhere, and only then taken out: a buffer that is in two slots at once is
 * overwritten in that time.
 *
 *     identity INTO OUT-OF UDP-PORT PACKETS FLOWS LIE-EVERY
 *
 * Each of FLOWS source ports has its turn. Before every LIE-EVERY packets one is sent that claims 65535 bytes; 0 is never.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

enum { FRAME_BYTES = 64, NUMBER_AT = 42, LONGEST = 2048, LIE = 65535, PACKETS = 60000, BUFFERS = 1 << 20 };
enum { FULL_MS = 150, GIVE_UP_MS = 3000 };

struct tally {
	unsigned sent, received, intact, same_buffer, flagged, untold, doubled, lies;
};

struct probe {
	struct nm_desc *into, *out;
	struct netmap_ring *tx, *rx;
	unsigned udp_port, packets, flows, lie_every;
	unsigned lied;			/* liars that were sent */
	uint32_t buffer_of[PACKETS];	/* by number: where the packet was written */
	uint8_t seen[PACKETS];
	uint8_t was_honest[4096];	/* by tx slot: whether it was sent, and no liar */
	struct tally t;
};

static void
put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* Ethernet, IPv4 without a checksum, UDP without a checksum, and the packet's number in every byte of the payload. */
static void
fill_frame(const struct probe *p, uint8_t *frame, unsigned number)
{
	memset(frame, 0, FRAME_BYTES);
	memset(frame, 0xff, 6);
	frame[6] = 2;
	put16(frame + 12, 0x0800);
	frame[14] = 0x45;
	put16(frame + 16, FRAME_BYTES - 14);
	frame[22] = 64;
	frame[23] = 17;
	put16(frame + 26, 0x0a00);
	put16(frame + 30, 0x0a01);
	put16(frame + 34, 1000 + number % p->flows);
	put16(frame + 36, p->udp_port);
	put16(frame + 38, FRAME_BYTES - 34);
	for (int at = NUMBER_AT; at + 2 <= FRAME_BYTES; at += 2)
		put16(frame + at, number);
}

static void
look_at_returned(struct probe *p, uint32_t at)
{
	const struct netmap_slot *slot = &p->tx->slot[at];

	p->t.untold += p->was_honest[at] && !(slot->flags & NS_BUF_CHANGED);
	p->was_honest[at] = 0;
}

static void
send_one(struct probe *p, uint32_t at)
{
	struct netmap_slot *slot = &p->tx->slot[at];
	uint8_t *frame = (uint8_t *)NETMAP_BUF(p->tx, slot->buf_idx);
	int lies = p->lie_every != 0 && p->lied * p->lie_every <= p->t.sent;

	look_at_returned(p, at);
	p->was_honest[at] = !lies;
	fill_frame(p, frame, lies ? PACKETS : p->t.sent);
	slot->len = lies ? LIE : FRAME_BYTES;
	slot->flags = 0;
	if (lies)
		p->lied++;
	else
		p->buffer_of[p->t.sent++] = slot->buf_idx;
}

/* Until all is sent, or there was no room for FULL_MS. */
static void
send_until_full(struct probe *p)
{
	struct pollfd pfd = { .fd = p->into->fd, .events = POLLOUT };

	while (p->t.sent < p->packets && poll(&pfd, 1, FULL_MS) > 0)
		for (; p->t.sent < p->packets && !nm_ring_empty(p->tx); p->tx->head = p->tx->cur = nm_ring_next(p->tx, p->tx->head))
			send_one(p, p->tx->head);
	ioctl(p->into->fd, NIOCTXSYNC, NULL);
}

static int
is_intact(const struct netmap_slot *slot, const uint8_t *frame, unsigned number)
{
	for (int at = NUMBER_AT; at + 2 <= FRAME_BYTES; at += 2)
		if (get16(frame + at) != number)
			return 0;
	return slot->len == FRAME_BYTES;
}

static void
look(struct probe *p, const struct netmap_slot *slot, const uint8_t *frame)
{
	unsigned number = get16(frame + NUMBER_AT);

	if (slot->len > LONGEST) {
		p->t.lies++;
		return;
	}
	p->t.received++;
	if (number >= p->t.sent || p->seen[number])
		return;
	p->seen[number] = 1;
	p->t.intact += is_intact(slot, frame, number);
	p->t.same_buffer += slot->buf_idx == p->buffer_of[number];
	p->t.flagged += (slot->flags & NS_BUF_CHANGED) != 0;
}

static void
take_out(struct probe *p)
{
	struct netmap_ring *rx = p->rx;

	for (; !nm_ring_empty(rx); rx->head = rx->cur = nm_ring_next(rx, rx->head)) {
		struct netmap_slot *slot = &rx->slot[rx->head];

		look(p, slot, (uint8_t *)NETMAP_BUF(rx, slot->buf_idx));
		slot->flags = 0;
	}
}

/* Until all that was sent is there, or nothing came for GIVE_UP_MS. The sender's ring may still hold some of it. */
static void
take_all(struct probe *p)
{
	struct pollfd pfd = { .fd = p->out->fd, .events = POLLIN };

	while (p->t.received < p->t.sent && poll(&pfd, 1, GIVE_UP_MS) > 0) {
		take_out(p);
		ioctl(p->into->fd, NIOCTXSYNC, NULL);
	}
	ioctl(p->out->fd, NIOCRXSYNC, NULL);
}

/* Waits for the slots that are still on their way back, and looks at each. */
static void
look_at_all_returned(struct probe *p)
{
	for (int waited_ms = 0; nm_ring_space(p->tx) < p->tx->num_slots - 1 && waited_ms < FULL_MS; waited_ms += 10) {
		poll(NULL, 0, 10);
		ioctl(p->into->fd, NIOCTXSYNC, NULL);
	}
	for (uint32_t left = nm_ring_space(p->tx), at = p->tx->head; left > 0; left--, at = nm_ring_next(p->tx, at))
		look_at_returned(p, at);
}

static unsigned
doubled_in(const struct netmap_ring *ring, uint8_t *used)
{
	unsigned doubled = 0;

	for (uint32_t i = 0; i < ring->num_slots; i++) {
		uint32_t buffer = ring->slot[i].buf_idx;

		doubled += buffer < BUFFERS && used[buffer]++ != 0;
	}
	return doubled;
}

static void
count_doubled(struct probe *p)
{
	static uint8_t used[BUFFERS];

	p->t.doubled = doubled_in(p->tx, used) + doubled_in(p->rx, used);
}

static int
open_ports(struct probe *p, char **argv)
{
	p->into = nm_open(argv[1], NULL, 0, NULL);
	p->out = p->into ? nm_open(argv[2], NULL, 0, NULL) : NULL;
	if (p->out == NULL)
		return -1;
	p->tx = NETMAP_TXRING(p->into->nifp, p->into->first_tx_ring);
	p->rx = NETMAP_RXRING(p->out->nifp, p->out->first_rx_ring);
	p->udp_port = (unsigned)atoi(argv[3]);
	p->packets = (unsigned)atoi(argv[4]);
	p->flows = (unsigned)atoi(argv[5]);
	p->lie_every = (unsigned)atoi(argv[6]);
	return p->packets <= PACKETS && p->flows > 0 && p->tx->num_slots <= 4096 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	static struct probe p;

	if (argc != 7 || open_ports(&p, argv) != 0) {
		perror("identity");
		return 1;
	}
	while (p.t.sent < p.packets && p.t.received == p.t.sent) {
		send_until_full(&p);
		take_all(&p);
	}
	look_at_all_returned(&p);
	count_doubled(&p);
	printf("sent %u received %u intact %u same-buffer %u flagged %u untold %u doubled %u lies %u\n", p.t.sent,
	       p.t.received, p.t.intact, p.t.same_buffer, p.t.flagged, p.t.untold, p.t.doubled, p.t.lies);
	nm_close(p.into);
	nm_close(p.out);
	return 0;
}
