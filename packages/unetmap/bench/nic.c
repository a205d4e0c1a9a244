// SPDX-License-Identifier: BSD-2-Clause
//
// nic FROM TO MS CPU CPU: one process sends 60-byte frames by the netmap port of the device FROM, one
// receives them by that of the device TO. Prints frames a second: sent, received.
#define _GNU_SOURCE
#define NETMAP_WITH_LIBS
#include <libnetmap.h>
#include <net/netmap_user.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pinned.h"

enum { FRAME_BYTES = 60 };

struct shared {
	volatile int ready;
	volatile uint64_t received;
};

static struct nmport_d *open_port(const char *device)
{
	char name[64];
	struct nmport_d *d;

	snprintf(name, sizeof name, "netmap:%s", device);
	d = nmport_open(name);
	if (!d)
		fail(name);
	return d;
}

static uint32_t count_ours(struct netmap_ring *ring)
{
	uint32_t ours = 0, i = ring->head;

	for (uint32_t n = nm_ring_space(ring); n; n--, i = nm_ring_next(ring, i))
		ours += ring->slot[i].len == FRAME_BYTES;
	ring->head = ring->cur = i;
	return ours;
}

static void __attribute__((noreturn)) receive(const char *device, struct shared *s, int cpu)
{
	struct nmport_d *d = open_port(device);
	struct pollfd p = {d->fd, POLLIN, 0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(cpu);
	s->ready = 1;
	for (;;)
		if (poll(&p, 1, 1000) > 0)
			s->received += count_ours(NETMAP_RXRING(d->nifp, 0));
}

static uint32_t fill(struct netmap_ring *ring)
{
	static const uint8_t frame[FRAME_BYTES] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};
	uint32_t room = nm_ring_space(ring), i = ring->head;

	for (uint32_t n = room; n; n--, i = nm_ring_next(ring, i)) {
		memcpy(NETMAP_BUF(ring, ring->slot[i].buf_idx), frame, FRAME_BYTES);
		ring->slot[i].len = FRAME_BYTES;
	}
	ring->head = ring->cur = i;
	return room;
}

int main(int argc, char **argv)
{
	struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t sent = 0, received;
	struct nmport_d *d;
	int64_t start, now;
	pid_t child;

	if (argc != 6 || s == MAP_FAILED)
		return 1;
	child = fork();
	if (child == 0)
		receive(argv[2], s, atoi(argv[5]));
	d = open_port(argv[1]);
	pin(atoi(argv[4]));
	while (!s->ready && !waitpid(child, NULL, WNOHANG))
		usleep(1000);
	start = now_ns();
	do {
		sent += fill(NETMAP_TXRING(d->nifp, 0));
		ioctl(d->fd, NIOCTXSYNC, NULL);
		now = now_ns();
	} while (now - start < atoi(argv[3]) * 1000000ll);
	received = s->received;
	printf("%.0f %.0f\n", sent * 1e9 / (now - start), received * 1e9 / (now - start));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}
