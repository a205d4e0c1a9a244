// SPDX-License-Identifier: BSD-2-Clause
/* The body of a switch: takes frames from its ports, asks decide(), and copies them to where it says. */
#define NETMAP_WITH_LIBS
#include <errno.h>
#include <net/netmap_user.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "table.h"

#define MOST_PORTS 8
#define PRINT_MS 1000

struct switch_state {
	struct nm_desc *ports[MOST_PORTS];
	int count;
	struct table table;
	unsigned long long forwarded, flooded, dropped, lost;
};

static volatile sig_atomic_t stopped;

static void
on_signal(int signal)
{
	(void)signal;
	stopped = 1;
}

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
send_copy(struct switch_state *s, int port, const uint8_t *frame, size_t len)
{
	struct nm_desc *d = s->ports[port];

	if (nm_inject(d, frame, len) != 0)
		return;
	ioctl(d->fd, NIOCTXSYNC, NULL);
	if (nm_inject(d, frame, len) == 0)
		s->lost++;
}

static void
switch_frame(struct switch_state *s, int in, const uint8_t *frame, size_t len, uint64_t now)
{
	int out = decide(&s->table, in, frame, len, now);

	if (out == FLOOD) {
		s->flooded++;
		for (int port = 0; port < s->count; port++)
			if (port != in)
				send_copy(s, port, frame, len);
	} else if (out >= 0 && out < s->count) {
		s->forwarded++;
		send_copy(s, out, frame, len);
	} else {
		s->dropped++;
	}
}

static void
empty_ring(struct switch_state *s, int in, uint64_t now)
{
	struct nm_desc *d = s->ports[in];
	struct netmap_ring *ring = NETMAP_RXRING(d->nifp, d->first_rx_ring);

	while (!nm_ring_empty(ring)) {
		struct netmap_slot *slot = &ring->slot[ring->head];

		switch_frame(s, in, (const uint8_t *)NETMAP_BUF(ring, slot->buf_idx), slot->len, now);
		ring->head = ring->cur = nm_ring_next(ring, ring->head);
	}
}

static void
print_table(const struct switch_state *s, uint64_t now)
{
	printf("%llu forwarded, %llu flooded, %llu dropped, %llu lost\n", s->forwarded, s->flooded, s->dropped,
	       s->lost);
	for (int i = 0; i < STATIONS; i++) {
		const struct station *one = &s->table.stations[i];

		if (one->used && now - one->seen_ms <= s->table.age_ms)
			printf("  %02x:%02x:%02x:%02x:%02x:%02x is behind port %d, heard %llu ms ago\n", one->mac[0],
			       one->mac[1], one->mac[2], one->mac[3], one->mac[4], one->mac[5], one->port,
			       (unsigned long long)(now - one->seen_ms));
	}
}

static void
run(struct switch_state *s)
{
	struct pollfd fds[MOST_PORTS];
	uint64_t printed = now_ms();

	while (!stopped) {
		uint64_t now;

		for (int i = 0; i < s->count; i++)
			fds[i] = (struct pollfd){ .fd = s->ports[i]->fd, .events = POLLIN };
		poll(fds, (nfds_t)s->count, PRINT_MS);
		now = now_ms();
		for (int i = 0; i < s->count; i++)
			empty_ring(s, i, now);
		for (int i = 0; i < s->count; i++)
			ioctl(s->ports[i]->fd, NIOCTXSYNC, NULL);
		if (now - printed >= PRINT_MS) {
			print_table(s, now);
			printed = now;
		}
	}
}

static void
open_ports(struct switch_state *s, char **names)
{
	for (; *names != NULL && s->count < MOST_PORTS; names++) {
		struct nm_desc *d = nm_open(*names, NULL, 0, NULL);

		if (d == NULL) {
			fprintf(stderr, "cannot open %s: %s\n", *names, strerror(errno));
			exit(1);
		}
		printf("port %d is %s\n", s->count, *names);
		s->ports[s->count++] = d;
	}
}

int
main(int argc, char **argv)
{
	static struct switch_state s = { .table = { .age_ms = 300000 } };
	int c;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	while ((c = getopt(argc, argv, "a:")) != -1) {
		if (c != 'a') {
			fprintf(stderr, "usage: %s [-a seconds] port port ...\n", argv[0]);
			return 2;
		}
		s.table.age_ms = strtoull(optarg, NULL, 10) * 1000;
	}
	open_ports(&s, argv + optind);
	run(&s);
	for (int i = 0; i < s.count; i++)
		nm_close(s.ports[i]);
	return 0;
}
