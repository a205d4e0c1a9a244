// SPDX-License-Identifier: BSD-2-Clause
/*
 * front: the front end of the router. Packets come in on two ports, each goes to the worker that has its flow, and what the
 * workers give back leaves on the second one.
 *
 *     ./front -i 'netmap:net}1' -o vale0:out -w 'netmap:net{3' -w 'netmap:net{4'
 *
 * Some of these ports are in one memory region, others are not; and a worker may be in a virtual machine.
 */
#include "packet.h"
#include "rings.h"

enum { MOST_WORKERS = 8 };

struct front {
	struct nm_desc *in, *out;
	struct nm_desc *worker[MOST_WORKERS];
	unsigned workers;
	struct nm_desc *full[2]; /* the workers that the packets at head of `in` and of `out` wait for, or NULL */
	bool out_full;		/* what workers gave back waits, because `out` has no room */
	uint64_t given[MOST_WORKERS], collected;
};

static void
report_each_second(struct front *f)
{
	static time_t second;
	static uint64_t reported;
	time_t now = time(NULL);

	if (now == second)
		return;
	if (second != 0) {
		printf("%llu pps", (unsigned long long)(f->collected - reported));
		for (unsigned i = 0; i < f->workers; i++)
			printf(", %llu to worker %u", (unsigned long long)f->given[i], i + 1);
		printf("\n");
	}
	reported = f->collected;
	second = now;
}

/* Passes the packet at head of one port's receive ring on to another port, in its buffer where that can be. */
static inline void
pass_on(const struct nm_desc *from, const struct nm_desc *to)
{
	/* for now, in its buffer, whatever the regions */
	move_packet(rx_ring(from), tx_ring(to));
}

/* Gives what has arrived at a port to the workers, up to the first packet whose worker has no room: gives that worker, or NULL. */
static struct nm_desc *
hand_out(struct front *f, const struct nm_desc *from)
{
	(void)f;
	(void)from;

	/* your loop here; flow_number() says which packets belong together */
	(void)pass_on;
	return NULL;
}

/* Takes back what the workers have done, as far as `out` has room for it. */
static void
collect(struct front *f)
{
	f->out_full = false;

	/* your loops here */
}

/* Waits for whatever lets one of the two go on. */
static void
wait_for_work(const struct front *f)
{
	struct pollfd pfd[2 + MOST_WORKERS];

	pfd[0].fd = NETMAP_FD(f->in);
	pfd[0].events = POLLIN;
	pfd[1].fd = NETMAP_FD(f->out);
	pfd[1].events = 0;
	for (unsigned i = 0; i < f->workers; i++) {
		pfd[2 + i].fd = NETMAP_FD(f->worker[i]);
		pfd[2 + i].events = 0;	/* not yet */
	}
	poll(pfd, 2 + f->workers, 500);
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i port -o port -w port [-w port ...]\n", name);
	exit(2);
}

static void
parse_options(struct front *f, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "i:o:w:")) != -1) {
		if (c == 'i')
			f->in = open_port(optarg);
		else if (c == 'o')
			f->out = open_port(optarg);
		else if (c == 'w' && f->workers < MOST_WORKERS)
			f->worker[f->workers++] = open_port(optarg);
		else
			usage(argv[0]);
	}
	if (f->in == NULL || f->out == NULL || f->workers == 0)
		usage(argv[0]);
}

int
main(int argc, char **argv)
{
	static struct front f;

	catch_signals();
	parse_options(&f, argc, argv);
	printf("front end of %u workers\n", f.workers);
	while (!stop) {
		wait_for_work(&f);
		f.full[0] = hand_out(&f, f.in);
		f.full[1] = hand_out(&f, f.out);
		collect(&f);
		report_each_second(&f);
	}
	printf("collected %llu packets\n", (unsigned long long)f.collected);
	return 0;
}
