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

/* Step 2: whether these bytes are an IPv4 UDP packet to udp_port. For now, everything is. */
static inline bool
is_wanted(const uint8_t *frame, size_t len, uint16_t udp_port)
{
	(void)frame;
	(void)len;
	(void)udp_port;
	return true;
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

/* Receives until it is told to stop, and counts in c what is_wanted() says yes to. */
static void
run(struct nm_desc *d, const struct options *o, struct counts *c)
{
	(void)d;
	(void)o;

	while (!stop) {
		/* your loop here */

		sleep(1);	/* until there is a loop; then take this line away */
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
