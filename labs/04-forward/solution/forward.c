// SPDX-License-Identifier: BSD-2-Clause
/*
 * forward: joins two netmap ports, for the packets to one UDP port only.
 *
 *     ./forward -i vale0:fwd -o vale1:fwd -p 8000
 *
 * What goes to that port leaves on the other side, in both directions; everything else is dropped. What does not fit
 * stays where it is until there is room. Where both ports share their memory, buffers are exchanged and not copied.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

#include "udp_port.h"

struct options {
	const char *in, *out;	/* ports, as netmap names them */
	uint16_t udp_port;
};

/* One direction. */
struct path {
	struct nm_desc *from, *to;
	const char *from_name, *to_name;
	uint64_t forwarded, dropped;
	uint64_t reported;	/* forwarded, when the last line was printed */
	bool blocked;		/* a packet waits here, because `to` has no room */
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void
report_each_second(struct path path[2])
{
	static time_t second;
	time_t now = time(NULL);

	if (now == second)
		return;
	for (int i = 0; i < 2 && second != 0; i++) {
		printf("%s%llu pps to %s", i ? ", " : "", (unsigned long long)(path[i].forwarded - path[i].reported),
		       path[i].to_name);
		path[i].reported = path[i].forwarded;
	}
	if (second != 0)
		printf(", %llu dropped so far\n", (unsigned long long)(path[0].dropped + path[1].dropped));
	second = now;
}

/* Whether a buffer of one port can be given to the other: only inside one memory region does its number mean the same. */
static inline bool
share_memory(const struct nm_desc *a, const struct nm_desc *b)
{
	return a->req.nr_arg2 == b->req.nr_arg2;
}

/* Hands the packet of an rx slot to a tx slot. The rx slot has a buffer afterwards, too. */
static inline void
move_packet(struct netmap_ring *rx, struct netmap_slot *rs, struct netmap_ring *tx, struct netmap_slot *ts, bool shared)
{
	ts->len = rs->len;
	if (shared) {
		uint32_t buf_idx = ts->buf_idx;

		ts->buf_idx = rs->buf_idx;
		rs->buf_idx = buf_idx;
		ts->flags |= NS_BUF_CHANGED;
		rs->flags |= NS_BUF_CHANGED;
	} else {
		memcpy(NETMAP_BUF(tx, ts->buf_idx), NETMAP_BUF(rx, rs->buf_idx), rs->len);
	}
}

/* Takes what has arrived on one port's ring, as far as the other port's ring has room for it. */
static void
forward(struct path *path, uint16_t port)
{
	struct netmap_ring *rx = NETMAP_RXRING(path->from->nifp, path->from->first_rx_ring);
	struct netmap_ring *tx = NETMAP_TXRING(path->to->nifp, path->to->first_tx_ring);
	bool shared = share_memory(path->from, path->to);

	path->blocked = false;
	while (!nm_ring_empty(rx)) {
		struct netmap_slot *rs = &rx->slot[rx->head];

		if (udp_port((uint8_t *)NETMAP_BUF(rx, rs->buf_idx), rs->len) != port) {
			path->dropped++;
		} else if (nm_ring_empty(tx)) {
			path->blocked = true;
			break;
		} else {
			move_packet(rx, rs, tx, &tx->slot[tx->head], shared);
			tx->head = tx->cur = nm_ring_next(tx, tx->head);
			path->forwarded++;
		}
		rx->head = rx->cur = nm_ring_next(rx, rx->head);
	}
}

/* Waits for what lets a path go on: something to read or, when it is blocked, room to write. */
static void
wait_for_work(const struct path path[2])
{
	struct pollfd pfd[2] = { { .fd = NETMAP_FD(path[0].from) }, { .fd = NETMAP_FD(path[1].from) } };

	for (int i = 0; i < 2; i++) {
		if (path[i].blocked)
			pfd[1 - i].events |= POLLOUT;
		else
			pfd[i].events |= POLLIN;
	}
	poll(pfd, 2, 500);
}

static void
run(struct path path[2], uint16_t port)
{
	while (!stop) {
		wait_for_work(path);
		forward(&path[0], port);
		forward(&path[1], port);
		report_each_second(path);
	}
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i port -o port [-p UDP port]\n", name);
	exit(2);
}

static struct options
parse_options(int argc, char **argv)
{
	struct options o = { .udp_port = 8000 };
	int c;

	while ((c = getopt(argc, argv, "i:o:p:")) != -1) {
		if (c == 'i')
			o.in = optarg;
		else if (c == 'o')
			o.out = optarg;
		else if (c == 'p')
			o.udp_port = (uint16_t)atoi(optarg);
		else
			usage(argv[0]);
	}
	if (o.in == NULL || o.out == NULL)
		usage(argv[0]);
	return o;
}

static struct nm_desc *
open_port(const char *name)
{
	struct nm_desc *d = nm_open(name, NULL, 0, NULL);

	if (d == NULL) {
		fprintf(stderr, "cannot open %s: %s\n", name, strerror(errno));
		exit(1);
	}
	return d;
}

int
main(int argc, char **argv)
{
	struct options o = parse_options(argc, argv);
	struct nm_desc *a, *b;
	struct path path[2];

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);

	a = open_port(o.in);
	b = open_port(o.out);
	path[0] = (struct path){ .from = a, .to = b, .from_name = o.in, .to_name = o.out };
	path[1] = (struct path){ .from = b, .to = a, .from_name = o.out, .to_name = o.in };
	printf("forwarding UDP packets to port %u between %s and %s\n", o.udp_port, o.in, o.out);
	run(path, o.udp_port);

	for (int i = 0; i < 2; i++)
		printf("%s to %s: %llu forwarded, %llu dropped\n", path[i].from_name, path[i].to_name,
		       (unsigned long long)path[i].forwarded, (unsigned long long)path[i].dropped);
	nm_close(a);
	nm_close(b);
	return 0;
}
