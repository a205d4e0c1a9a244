// SPDX-License-Identifier: BSD-2-Clause
/*
 * swap: turns packets round. What comes in on a port leaves on the same port, with source and destination exchanged.
 *
 *     ./swap -i 'netmap:net}3'
 */
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "packet.h"
#include "rings.h"

/* Exchanges two fields of `len` bytes. */
static inline void
exchange(uint8_t *a, uint8_t *b, size_t len)
{
	uint8_t kept[6];

	memcpy(kept, a, len);
	memcpy(a, b, len);
	memcpy(b, kept, len);
}

/* Makes the packet one that goes back where it came from. What it does not have stays as it is. */
static inline void
turn_round(uint8_t *frame, size_t len)
{
	struct packet p = find_headers(frame, len);

	if (p.eth != NULL)
		exchange(p.eth, p.eth + 6, 6);
	if (p.ip != NULL)
		exchange(p.ip + 12, p.ip + 16, 4);
	if (p.ports != NULL)
		exchange(p.ports, p.ports + 2, 2);
}

/* Turns round what has arrived, as far as there is room for it. Gives whether a packet is left. */
static bool
turn_all(struct netmap_ring *rx, struct netmap_ring *tx, uint64_t *packets)
{
	while (!nm_ring_empty(rx) && !nm_ring_empty(tx)) {
		turn_round(packet_bytes(rx), packet_length(rx));
		move_packet(rx, tx);
		++*packets;
	}
	return !nm_ring_empty(rx);
}

int
main(int argc, char **argv)
{
	struct pollfd pfd = { .events = POLLIN };
	struct nm_desc *d;
	uint64_t packets = 0;

	if (argc != 3 || strcmp(argv[1], "-i") != 0) {
		fprintf(stderr, "usage: %s -i port\n", argv[0]);
		return 2;
	}
	catch_signals();
	d = open_port(argv[2]);
	pfd.fd = NETMAP_FD(d);
	printf("turning packets round on %s\n", argv[2]);
	while (!stop) {
		poll(&pfd, 1, 500);
		pfd.events = turn_all(rx_ring(d), tx_ring(d), &packets) ? POLLOUT : POLLIN;
	}
	printf("turned %llu packets round\n", (unsigned long long)packets);
	nm_close(d);
	return 0;
}
