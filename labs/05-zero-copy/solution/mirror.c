// SPDX-License-Identifier: BSD-2-Clause
/*
 * mirror: passes packets on from one netmap port to another, and shows a copy of each to a third.
 *
 *     ./mirror -i 'netmap:net}1' -o 'netmap:net{2' -m vale0:mirror
 *     ./mirror ... -c                        copies always, for comparison
 *
 * What does not fit into the output waits. The mirror never holds anything up: what does not fit there is not shown.
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

struct options {
	const char *in, *out;	/* ports, as netmap names them */
	const char *mirror;	/* and a third, or NULL */
	bool copy;		/* always copy */
};

struct ports {
	struct nm_desc *in, *out;
	struct nm_desc *mirror;	/* or NULL */
	bool swap;		/* buffers go from in to out, and not bytes */
	bool blocked;		/* a packet waits, because out has no room */
};

struct counts {
	uint64_t forwarded, mirrored, dropped;
	uint64_t reported;	/* forwarded, when the last line was printed */
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void
report_each_second(struct counts *c)
{
	static time_t second;
	time_t now = time(NULL);

	if (now == second)
		return;
	if (second != 0)
		printf("%llu pps, %llu mirrored and %llu dropped so far\n",
		       (unsigned long long)(c->forwarded - c->reported), (unsigned long long)c->mirrored,
		       (unsigned long long)c->dropped);
	c->reported = c->forwarded;
	second = now;
}

/* Whether the two ports' buffer numbers mean the same buffers. */
static bool
share_memory(const struct nm_desc *a, const struct nm_desc *b)
{
	return a->req.nr_arg2 == b->req.nr_arg2;
}

/* Writes the packet of one slot into the buffer of another. */
static inline void
copy_packet(struct netmap_ring *rx, const struct netmap_slot *rs, struct netmap_ring *tx, struct netmap_slot *ts)
{
	memcpy(NETMAP_BUF(tx, ts->buf_idx), NETMAP_BUF(rx, rs->buf_idx), rs->len);
	ts->len = rs->len;
}

/* Gives the packet's buffer to the other slot, and takes that one's for it. */
static inline void
swap_packet(struct netmap_slot *rs, struct netmap_slot *ts)
{
	uint32_t buf_idx = ts->buf_idx;

	ts->buf_idx = rs->buf_idx;
	rs->buf_idx = buf_idx;
	ts->len = rs->len;
	ts->flags |= NS_BUF_CHANGED;
	rs->flags |= NS_BUF_CHANGED;
}

static inline void
move_on(struct netmap_ring *ring)
{
	ring->head = ring->cur = nm_ring_next(ring, ring->head);
}

/* Shows the mirror a packet, if it has room. */
static inline void
show(struct ports *p, struct netmap_ring *rx, const struct netmap_slot *rs, struct counts *c)
{
	struct netmap_ring *tx = NETMAP_TXRING(p->mirror->nifp, p->mirror->first_tx_ring);

	if (nm_ring_empty(tx))
		return;
	copy_packet(rx, rs, tx, &tx->slot[tx->head]);
	move_on(tx);
	c->mirrored++;
}

/* Takes what has arrived, as far as there is room for it. */
static void
forward(struct ports *p, struct counts *c)
{
	struct netmap_ring *rx = NETMAP_RXRING(p->in->nifp, p->in->first_rx_ring);
	struct netmap_ring *tx = NETMAP_TXRING(p->out->nifp, p->out->first_tx_ring);

	for (; !nm_ring_empty(rx) && !nm_ring_empty(tx); move_on(rx)) {
		struct netmap_slot *rs = &rx->slot[rx->head];
		struct netmap_slot *ts = &tx->slot[tx->head];

		if (rs->len > rx->nr_buf_size || rs->len > tx->nr_buf_size) {
			c->dropped++;
			continue;
		}
		if (p->mirror != NULL)
			show(p, rx, rs, c);
		if (p->swap)
			swap_packet(rs, ts);
		else
			copy_packet(rx, rs, tx, ts);
		move_on(tx);
		c->forwarded++;
	}
	p->blocked = !nm_ring_empty(rx);
}

/* Waits for packets or, while one waits for room, for room. What was put into the rings before leaves now. */
static void
wait_for_work(const struct ports *p)
{
	struct pollfd pfd[3] = {
		{ .fd = NETMAP_FD(p->in), .events = p->blocked ? 0 : POLLIN },
		{ .fd = NETMAP_FD(p->out), .events = p->blocked ? POLLOUT : 0 },
		{ .fd = p->mirror ? NETMAP_FD(p->mirror) : -1 },
	};

	poll(pfd, 3, 500);
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i port -o port [-m port] [-c]\n", name);
	exit(2);
}

static struct options
parse_options(int argc, char **argv)
{
	struct options o = { 0 };
	int c;

	while ((c = getopt(argc, argv, "i:o:m:c")) != -1) {
		if (c == 'i')
			o.in = optarg;
		else if (c == 'o')
			o.out = optarg;
		else if (c == 'm')
			o.mirror = optarg;
		else if (c == 'c')
			o.copy = true;
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
	printf("%s is in memory region %u\n", name, d->req.nr_arg2);
	return d;
}

int
main(int argc, char **argv)
{
	struct options o = parse_options(argc, argv);
	struct ports p = { 0 };
	struct counts c = { 0 };

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);

	p.in = open_port(o.in);
	p.out = open_port(o.out);
	p.mirror = o.mirror ? open_port(o.mirror) : NULL;
	p.swap = !o.copy && share_memory(p.in, p.out);
	printf("from %s to %s, %s\n", o.in, o.out, p.swap ? "exchanging buffers" : "copying");
	while (!stop) {
		wait_for_work(&p);
		forward(&p, &c);
		report_each_second(&c);
	}
	printf("%llu forwarded, %llu mirrored, %llu dropped\n", (unsigned long long)c.forwarded,
	       (unsigned long long)c.mirrored, (unsigned long long)c.dropped);
	nm_close(p.in);
	nm_close(p.out);
	if (p.mirror != NULL)
		nm_close(p.mirror);
	return 0;
}
