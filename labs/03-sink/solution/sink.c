// SPDX-License-Identifier: BSD-2-Clause
/*
 * sink: counts the packets to one UDP port that arrive at a netmap port.
 *
 *     ./sink -i vale0:sink -p 8000       sleeps in poll() while nothing arrives
 *     ./sink -i vale0:sink -p 8000 -b    never sleeps: asks again and again
 *
 * Once a second it prints a rate, and at the end, on Ctrl+C, the total.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define NETMAP_WITH_LIBS
#include <net/netmap_user.h>

struct options {
	const char *port;	/* as netmap names it: vale0:sink */
	uint16_t udp_port;
	bool busy;
};

struct counts {
	uint64_t packets, bytes;
	uint64_t reported;	/* packets, when the last line was printed */
	time_t second;		/* and when that was */
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* A 16-bit number as packets carry it, most significant byte first. */
static inline uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Whether these bytes are an IPv4 UDP packet to udp_port. */
static inline bool
is_wanted(const uint8_t *frame, size_t len, uint16_t udp_port)
{
	const uint8_t *ip, *udp;
	size_t type = 12, left, header, total;

	while (len >= type + 6 && (be16(frame + type) == 0x8100 || be16(frame + type) == 0x88a8))
		type += 4;	/* a VLAN tag: the EtherType stands behind it */
	if (len < type + 2 + 20 || be16(frame + type) != 0x0800)
		return false;

	ip = frame + type + 2;
	left = len - type - 2;
	header = (ip[0] & 0x0f) * 4;
	total = be16(ip + 2);
	if (ip[0] >> 4 != 4 || header < 20 || total < header + 8 || total > left)
		return false;
	if (ip[9] != 17 || (be16(ip + 6) & 0x1fff) != 0)
		return false;	/* no UDP, or a later fragment: no UDP header */

	udp = ip + header;
	return be16(udp + 4) >= 8 && be16(udp + 2) == udp_port;
}

static void
report_each_second(struct counts *c)
{
	time_t now = time(NULL);

	if (now == c->second)
		return;
	printf("%llu pps, %llu packets so far\n", (unsigned long long)(c->packets - c->reported),
	       (unsigned long long)c->packets);
	c->reported = c->packets;
	c->second = now;
}

/* Lets the port take in what has arrived; returns at once, or sleeps until there is something. */
static void
wait_for_packets(struct nm_desc *d, bool busy)
{
	struct pollfd pfd = { .fd = NETMAP_FD(d), .events = POLLIN };

	if (busy)
		ioctl(NETMAP_FD(d), NIOCRXSYNC, NULL);
	else
		poll(&pfd, 1, 500);
}

/* Looks at every frame of the ring, and gives every slot back. */
static void
drain(struct netmap_ring *ring, struct counts *c, uint16_t udp_port)
{
	while (!nm_ring_empty(ring)) {
		const struct netmap_slot *slot = &ring->slot[ring->head];
		const uint8_t *frame = (const uint8_t *)NETMAP_BUF(ring, slot->buf_idx);

		if (is_wanted(frame, slot->len, udp_port)) {
			c->packets++;
			c->bytes += slot->len;
		}
		ring->head = ring->cur = nm_ring_next(ring, ring->head);
	}
}

static void
run(struct nm_desc *d, const struct options *o, struct counts *c)
{
	while (!stop) {
		wait_for_packets(d, o->busy);
		for (int i = d->first_rx_ring; i <= d->last_rx_ring; i++)
			drain(NETMAP_RXRING(d->nifp, i), c, o->udp_port);
		report_each_second(c);
	}
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i port [-p UDP port] [-b]\n", name);
	exit(2);
}

static struct options
parse_options(int argc, char **argv)
{
	struct options o = { .udp_port = 8000 };
	int c;

	while ((c = getopt(argc, argv, "i:p:b")) != -1) {
		if (c == 'i')
			o.port = optarg;
		else if (c == 'p')
			o.udp_port = (uint16_t)atoi(optarg);
		else if (c == 'b')
			o.busy = true;
		else
			usage(argv[0]);
	}
	if (o.port == NULL)
		usage(argv[0]);
	return o;
}

int
main(int argc, char **argv)
{
	struct options o = parse_options(argc, argv);
	struct counts c = { .second = time(NULL) };
	struct nm_desc *d;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);

	d = nm_open(o.port, NULL, 0, NULL);
	if (d == NULL) {
		fprintf(stderr, "cannot open %s: %s\n", o.port, strerror(errno));
		return 1;
	}
	printf("counting UDP packets to port %u on %s, %s\n", o.udp_port, o.port,
	       o.busy ? "busy" : "sleeping when idle");
	run(d, &o, &c);
	nm_close(d);
	printf("counted %llu packets, %llu bytes\n", (unsigned long long)c.packets, (unsigned long long)c.bytes);
	return 0;
}
