// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends packets into one port and takes them out of another as fast as what lies between lets it. It never touches their
 * bytes, so that all that takes time is what lies between. Prints one line:
 *
 *     moved N
 *
 *     flood INTO OUT-OF PACKETS BYTES
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

enum { GIVE_UP_MS = 3000 };

static unsigned
put_in(struct netmap_ring *tx, unsigned most, uint16_t bytes)
{
	unsigned count = nm_ring_space(tx);

	if (count > most)
		count = most;
	for (unsigned left = count; left > 0; left--) {
		tx->slot[tx->head].len = bytes;
		tx->head = tx->cur = nm_ring_next(tx, tx->head);
	}
	return count;
}

static unsigned
take_out(struct netmap_ring *rx)
{
	unsigned count = nm_ring_space(rx);

	rx->head = rx->cur = rx->tail;
	return count;
}

int
main(int argc, char **argv)
{
	struct nm_desc *into = argc == 5 ? nm_open(argv[1], NULL, 0, NULL) : NULL;
	struct nm_desc *out = into ? nm_open(argv[2], NULL, 0, NULL) : NULL;
	unsigned sent = 0, moved = 0, packets;

	if (out == NULL) {
		perror("flood");
		return 1;
	}
	packets = (unsigned)atoi(argv[3]);
	while (moved < packets) {
		struct pollfd pfd[2] = { { .fd = out->fd, .events = POLLIN },
					 { .fd = into->fd, .events = sent < packets ? POLLOUT : 0 } };

		if (poll(pfd, 2, GIVE_UP_MS) <= 0)
			break;
		sent += put_in(NETMAP_TXRING(into->nifp, into->first_tx_ring), packets - sent, (uint16_t)atoi(argv[4]));
		moved += take_out(NETMAP_RXRING(out->nifp, out->first_rx_ring));
	}
	printf("moved %u\n", moved);
	nm_close(into);
	nm_close(out);
	return 0;
}
