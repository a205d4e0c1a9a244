// SPDX-License-Identifier: BSD-2-Clause
/*
 * firewall: joins two netmap ports, and lets through what its rules let through.
 *
 *     ./firewall -i vale0:fw -o vale1:fw -r rules.txt
 *
 * -i is the inside, -o the outside. ARP always passes, or nobody would find anybody.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

#include "filter.h"

enum { MOST_RULES = 1024, ARP_BYTES = 14 + 28 };

struct firewall {
	struct rule rules[MOST_RULES];
	size_t count;
};

/* One direction. */
struct path {
	struct nm_desc *from, *to;
	enum direction direction;
	uint64_t passed, dropped;
	uint64_t reported;
	bool blocked;	/* a packet waits here, because `to` has no room */
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static enum verdict
judge(const struct firewall *f, const uint8_t *frame, size_t len, enum direction direction)
{
	struct packet p = { .has_ports = false };

	if (len >= ARP_BYTES && be16(frame + 12) == 0x0806)
		return PASS;
	if (!read_packet(&p, frame, len))
		return DROP;
	return decide(f->rules, f->count, &p, direction);
}

/* What a slot claims, but no more than it can hold. */
static size_t
length_of(const struct netmap_ring *ring, const struct netmap_slot *slot)
{
	return slot->len < ring->nr_buf_size ? slot->len : ring->nr_buf_size;
}

/* Ports of switches have memory of their own, so the packet is copied. */
static void
copy_packet(const struct netmap_ring *rx, struct netmap_ring *tx)
{
	const struct netmap_slot *rs = &rx->slot[rx->head];
	struct netmap_slot *ts = &tx->slot[tx->head];

	ts->len = (uint16_t)length_of(rx, rs);
	memcpy(NETMAP_BUF(tx, ts->buf_idx), NETMAP_BUF(rx, rs->buf_idx), ts->len);
	tx->head = tx->cur = nm_ring_next(tx, tx->head);
}

static void
filter(const struct firewall *f, struct path *path)
{
	struct netmap_ring *rx = NETMAP_RXRING(path->from->nifp, path->from->first_rx_ring);
	struct netmap_ring *tx = NETMAP_TXRING(path->to->nifp, path->to->first_tx_ring);

	path->blocked = false;
	for (; !nm_ring_empty(rx); rx->head = rx->cur = nm_ring_next(rx, rx->head)) {
		const struct netmap_slot *slot = &rx->slot[rx->head];
		const uint8_t *frame = (const uint8_t *)NETMAP_BUF(rx, slot->buf_idx);

		if (judge(f, frame, length_of(rx, slot), path->direction) == DROP) {
			path->dropped++;
		} else if (nm_ring_empty(tx)) {
			path->blocked = true;
			break;
		} else {
			copy_packet(rx, tx);
			path->passed++;
		}
	}
}

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
report_each_second(struct path path[2])
{
	static time_t second;
	time_t now = time(NULL);

	if (now == second)
		return;
	for (int i = 0; i < 2 && second != 0; i++) {
		printf("%s: %llu pps, %llu dropped so far%s", path[i].direction == IN ? "in" : "out",
		       (unsigned long long)(path[i].passed - path[i].reported), (unsigned long long)path[i].dropped,
		       i == 0 ? "; " : "\n");
		path[i].reported = path[i].passed;
	}
	second = now;
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

static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i port -o port -r rules\n", name);
	exit(2);
}

int
main(int argc, char **argv)
{
	static struct firewall f;
	const char *inside = NULL, *outside = NULL, *rules = NULL;
	struct path path[2];
	int c;

	while ((c = getopt(argc, argv, "i:o:r:")) != -1) {
		if (c == 'i')
			inside = optarg;
		else if (c == 'o')
			outside = optarg;
		else if (c == 'r')
			rules = optarg;
		else
			usage(argv[0]);
	}
	if (inside == NULL || outside == NULL || rules == NULL)
		usage(argv[0]);
	catch_signals();
	f.count = read_rules(rules, f.rules, MOST_RULES);
	if (f.count == 0)
		return 1;
	path[0] = (struct path){ .from = open_port(outside), .direction = IN };
	path[1] = (struct path){ .from = open_port(inside), .direction = OUT };
	path[0].to = path[1].from;
	path[1].to = path[0].from;
	printf("%zu rules between %s and %s\n", f.count, inside, outside);
	while (!stop) {
		wait_for_work(path);
		filter(&f, &path[0]);
		filter(&f, &path[1]);
		report_each_second(path);
	}
	nm_close(path[0].from);
	nm_close(path[1].from);
	return 0;
}
