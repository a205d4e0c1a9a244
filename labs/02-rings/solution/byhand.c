// SPDX-License-Identifier: BSD-2-Clause
/*
 * byhand: uses a netmap port without any library.
 *
 *     ./byhand -i vale0:hand -n 12 -b 3      sends 12 numbered frames, at most 3 a round, and shows what comes
 *     ./byhand -i vale0:hand -g 4            shows packets by fours: only whole groups are released
 *
 * Between two rounds it waits for packets, half a second at most.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <net/netmap_user.h>

#include "frames.h"

struct port {
	int fd;
	struct netmap_if *nif;
	struct netmap_ring *tx, *rx;	/* the first of each */
	size_t memory_bytes;
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* Step 1: puts the port into netmap mode and fills in *p. Returns -1 with errno when that fails. */
static int
open_port(struct port *p, const char *name)
{
	struct nmreq_register reg = { .nr_mode = NR_REG_ALL_NIC };
	struct nmreq_header hdr = {
		.nr_version = NETMAP_API,
		.nr_reqtype = NETMAP_REQ_REGISTER,
		.nr_body = (uintptr_t)&reg,
	};
	char *memory;

	p->fd = open("/dev/netmap", O_RDWR);
	if (p->fd == -1)
		return -1;
	strncpy(hdr.nr_name, name, sizeof(hdr.nr_name) - 1);
	if (ioctl(p->fd, NIOCCTRL, &hdr) == -1)
		return -1;
	p->memory_bytes = reg.nr_memsize;
	memory = (char *)mmap(NULL, p->memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd, 0);
	if (memory == MAP_FAILED)
		return -1;
	p->nif = NETMAP_IF(memory, reg.nr_offset);
	p->tx = NETMAP_TXRING(p->nif, 0);
	p->rx = NETMAP_RXRING(p->nif, 0);
	return 0;
}

/* How many slots lie from `from` up to, and without, `to`. */
static uint32_t
slots_between(const struct netmap_ring *ring, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : to + ring->num_slots - from;
}

static uint32_t
next_slot(const struct netmap_ring *ring, uint32_t i)
{
	return i + 1 == ring->num_slots ? 0 : i + 1;
}

/* Step 2: sends frames numbered from `first` on, at most `count`. Returns how many there was room for. */
static uint32_t
send_some(struct port *p, uint32_t first, uint32_t count)
{
	struct netmap_ring *tx = p->tx;
	uint32_t n, room = slots_between(tx, tx->head, tx->tail);

	for (n = 0; n < count && n < room; n++) {
		struct netmap_slot *slot = &tx->slot[tx->head];

		slot->len = fill_frame(NETMAP_BUF(tx, slot->buf_idx), first + n);
		tx->head = tx->cur = next_slot(tx, tx->head);
	}
	ioctl(p->fd, NIOCTXSYNC);
	return n;
}

/* Step 3 and 4: shows and releases what came, whole groups only; what is left waits for the rest of its group. */
static void
take_groups(struct port *p, uint32_t group)
{
	struct netmap_ring *rx = p->rx;

	while (slots_between(rx, rx->head, rx->tail) >= group) {
		for (uint32_t n = 0; n < group; n++) {
			struct netmap_slot *slot = &rx->slot[rx->head];

			show_frame(rx->head, slot->buf_idx, NETMAP_BUF(rx, slot->buf_idx), slot->len);
			rx->head = next_slot(rx, rx->head);
		}
	}
	rx->cur = rx->tail;
}

/* Sends `left` frames, a burst a round, and shows what comes, until it is told to stop. */
static void
run(struct port *p, uint32_t left, uint32_t burst, uint32_t group)
{
	struct pollfd pfd = { .fd = p->fd, .events = POLLIN };
	uint32_t number = 0, sent;

	while (!stop) {
		if (left > 0) {
			sent = send_some(p, number, burst < left ? burst : left);
			number += sent;
			left -= sent;
		}
		poll(&pfd, 1, left > 0 && burst >= 512 ? 1 : 500);
		take_groups(p, group);
	}
	printf("sent %u frames\n", number);
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i port [-n frames] [-b burst] [-g group]\n", name);
	exit(2);
}

int
main(int argc, char **argv)
{
	uint32_t frames = 0, burst = 3, group = 1;
	const char *name = NULL;
	struct port p = { .fd = -1 };
	int c;

	while ((c = getopt(argc, argv, "i:n:b:g:")) != -1) {
		if (c == 'i')
			name = optarg;
		else if (c == 'n')
			frames = (uint32_t)atoi(optarg);
		else if (c == 'b')
			burst = (uint32_t)atoi(optarg);
		else if (c == 'g')
			group = (uint32_t)atoi(optarg);
		else
			usage(argv[0]);
	}
	if (name == NULL || burst == 0 || group == 0)
		usage(argv[0]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);

	if (open_port(&p, name) == -1) {
		fprintf(stderr, "cannot open %s: %s\n", name, strerror(errno));
		return 1;
	}
	printf("%s: tx ring of %u slots, rx ring of %u slots, %zu MiB of memory\n", name, p.tx->num_slots,
	       p.rx->num_slots, p.memory_bytes >> 20);
	run(&p, frames, burst, group);
	close(p.fd);
	return 0;
}
