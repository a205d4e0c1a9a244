// SPDX-License-Identifier: BSD-2-Clause
//
// forward A B: what arrives at A leaves at B, as a program of a lab would do it: nm_open,
// poll, and the exchange of buffers where both ports are in one region, else a copy.
#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>
#include <poll.h>

static void
exchange_buffers(struct netmap_slot *from, struct netmap_slot *to)
{
	uint32_t index = to->buf_idx;

	to->buf_idx = from->buf_idx;
	from->buf_idx = index;
	to->flags = (from->flags & NS_MOREFRAG) | NS_BUF_CHANGED;
	from->flags |= NS_BUF_CHANGED;
}

static void
forward(struct netmap_ring *rx, struct netmap_ring *tx, int one_region)
{
	while (!nm_ring_empty(rx) && !nm_ring_empty(tx)) {
		struct netmap_slot *from = &rx->slot[rx->head], *to = &tx->slot[tx->head];

		to->len = from->len;
		if (one_region) {
			exchange_buffers(from, to);
		} else {
			nm_pkt_copy(NETMAP_BUF(rx, from->buf_idx), NETMAP_BUF(tx, to->buf_idx), from->len);
			to->flags = from->flags & NS_MOREFRAG;
		}
		rx->head = rx->cur = nm_ring_next(rx, rx->head);
		tx->head = tx->cur = nm_ring_next(tx, tx->head);
	}
}

int
main(int argc, char **argv)
{
	struct nm_desc *a = argc == 3 ? nm_open(argv[1], NULL, 0, NULL) : NULL;
	struct nm_desc *b = a ? nm_open(argv[2], NULL, NM_OPEN_NO_MMAP, a) : NULL;

	if (!b)
		return 1;
	printf("ready, %s\n", a->mem == b->mem ? "zero-copy" : "copy");
	fflush(stdout);
	for (;;) {
		struct netmap_ring *rx = NETMAP_RXRING(a->nifp, 0), *tx = NETMAP_TXRING(b->nifp, 0);
		struct pollfd fds[2] = {{.fd = a->fd, .events = POLLIN}, {.fd = b->fd}};

		if (!nm_ring_empty(rx)) {
			fds[0].events = 0;
			fds[1].events = POLLOUT;
		}
		poll(fds, 2, 1000);
		forward(rx, tx, a->mem == b->mem);
		ioctl(b->fd, NIOCTXSYNC, NULL);
	}
}
