// SPDX-License-Identifier: BSD-2-Clause
/*
 * forward: joins two netmap ports, for the packets to one UDP port only.
 *
 *     ./forward -i vale0:fwd -o vale1:fwd -p 8000
 *
 * What goes to that port leaves on the other side, in both directions; everything else is dropped.
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

/* Takes what has arrived on one port, and hands what goes to the UDP port to the other. */
static void
forward(struct path *path, uint16_t port)
{
	(void)path;
	(void)port;

	/* your loop here */
}

/* Waits until there is something to do. For now, it waits for nothing in particular. */
static void
wait_for_work(const struct path path[2])
{
	struct pollfd pfd[2] = { { .fd = NETMAP_FD(path[0].from) }, { .fd = NETMAP_FD(path[1].from) } };

	poll(pfd, 2, 500);
}

static void
run(struct path path[2], uint16_t port)
{
	while (!stop) {
		wait_for_work(path);
		forward(&path[0], port);
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
