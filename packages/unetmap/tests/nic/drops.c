// SPDX-License-Identifier: BSD-2-Clause
//
// What the kernel drops because a program does not read its port is counted with the port's rx ring:
// every frame sent was received or is counted there. By AF_XDP and by AF_PACKET.
#include "veth.h"

enum { FRAMES = 6000, BURST = 100, FRAME_BYTES = 60, QUIET_MS = 200 };

static void send_frames(struct nm_desc *d)
{
	char frame[FRAME_BYTES] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};

	for (int sent = 0; sent < FRAMES;) {
		for (int i = 0; i < BURST; i++)
			sent += nm_inject(d, frame, sizeof frame) == sizeof frame;
		ioctl(d->fd, NIOCTXSYNC, NULL);
	}
	while (nm_tx_pending(NETMAP_TXRING(d->nifp, 0)))
		ioctl(d->fd, NIOCTXSYNC, NULL);
}

static int receive(struct nm_desc *d)
{
	struct netmap_ring *ring = NETMAP_RXRING(d->nifp, 0);
	struct pollfd p = {d->fd, POLLIN, 0};
	int received = 0;

	while (poll(&p, 1, QUIET_MS) > 0)
		for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->cur))
			received += ring->slot[ring->cur].len == FRAME_BYTES;
	return received;
}

static void check(const char *backend)
{
	struct nm_desc *from, *to;
	struct unetmap_stats s;
	int received;

	setenv("UNETMAP_NIC", backend, 1);
	from = open_port("netmap:nmv0");
	to = open_port("netmap:nmv1");
	receive(to);
	send_frames(from);
	received = receive(to);
	CHECK(port_stats("nmv1", &s), "the port is not in the statistics");
	CHECK(received > 0 && received < FRAMES, "%s: %d received: nothing was lost", backend, received);
	CHECK(s.rings[2].drops == (uint64_t)(FRAMES - received), "%s: %d received, %ju counted as lost of %d", backend,
	      received, (uintmax_t)s.rings[2].drops, FRAMES);
	nm_close(from);
	nm_close(to);
}

int main(void)
{
	make_quiet_pair();
	check("xdp");
	check("packet");
	return failures != 0;
}
