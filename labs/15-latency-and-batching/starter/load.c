// SPDX-License-Identifier: BSD-2-Clause
/*
 * load: sends packets at a rate, and measures how long their echoes take.
 *
 *     ./load -i 'netmap:lat{1' -n 10000 -p			ping-pong: one packet at a time
 *     ./load -i 'netmap:lat{1' -n 10000 -r 100000 -b 8	100000 packets a second, in batches of 8
 *     ./load -i 'netmap:lat{1' -n 10000 -b 64		as fast as there is room
 *     ./load ... -r 1000 -b 64 -w 2000			no packet waits longer than 2000 us for its batch
 */
#define _GNU_SOURCE	/* ppoll() */
#include "measure.h"

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* Until there is an echo, or until the last packet of the next batch is due. Sees what room there is meanwhile. */
static void
wait_for_work(const struct load *l)
{
	uint64_t now = now_ns(), next, left = l->count - l->sent;
	struct pollfd pfd = { .fd = NETMAP_FD(l->port), .events = POLLIN };
	struct timespec wait = { .tv_nsec = 1000000 };

	if (left > 0 && l->interval_ns == 0)
		pfd.events |= POLLOUT;
	if (left > 0 && l->interval_ns != 0) {
		next = due_ns(l, l->sent + (left < l->batch ? left : l->batch) - 1);
		wait.tv_nsec = next <= now ? 20000 : next - now < 1000000 ? (long)(next - now) : 1000000;
	}
	ppoll(&pfd, 1, &wait, NULL);
	send_now(l);
}

/* Ends when every echo has come, or none for GIVE_UP_MS after the last packet has left. */
static void
send_at_rate(struct load *l)
{
	uint64_t moved_ns = now_ns(), moved = 0;

	l->start_ns = moved_ns;
	while (!stop && l->received < l->count && now_ns() - moved_ns < GIVE_UP_MS * 1000000ull) {
		wait_for_work(l);
		send_due(l);
		take_echoes(l);
		if (l->sent + l->received != moved)
			moved_ns = now_ns();
		moved = l->sent + l->received;
	}
}

static void
report(const struct load *l)
{
	double seconds = (double)(now_ns() - l->start_ns) / 1e9;

	printf("batch %llu: %.0f pps, sent %llu, lost %llu, median %.1f us, 75 %% %.1f us, 99 %% %.1f us\n",
	       (unsigned long long)l->batch, (double)l->received / seconds, (unsigned long long)l->sent,
	       (unsigned long long)(l->sent - l->received), (double)percentile(&l->latency, 50) / 1e3,
	       (double)percentile(&l->latency, 75) / 1e3, (double)percentile(&l->latency, 99) / 1e3);
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i port [-n packets] [-p | -r packets a second] [-b batch] [-w us]\n", name);
	exit(2);
}

/* Gives whether it is ping-pong. */
static bool
parse_options(struct load *l, const char **port, int argc, char **argv)
{
	bool is_ping_pong = false;
	int c;

	while ((c = getopt(argc, argv, "i:n:r:b:w:p")) != -1) {
		if (c == 'i')
			*port = optarg;
		else if (c == 'n')
			l->count = strtoull(optarg, NULL, 10);
		else if (c == 'r')
			l->interval_ns = 1000000000ull / (strtoull(optarg, NULL, 10) | 1);
		else if (c == 'b')
			l->batch = strtoull(optarg, NULL, 10);
		else if (c == 'w')
			l->patience_ns = strtoull(optarg, NULL, 10) * 1000;
		else if (c == 'p')
			is_ping_pong = true;
		else
			usage(argv[0]);
	}
	if (*port == NULL || l->batch == 0)
		usage(argv[0]);
	return is_ping_pong;
}

int
main(int argc, char **argv)
{
	static struct load l = { .batch = 1, .count = 10000 };
	struct sigaction action = { .sa_handler = on_signal };
	const char *port = NULL;
	bool is_ping_pong = parse_options(&l, &port, argc, argv);

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	l.port = nm_open(port, NULL, 0, NULL);
	if (l.port == NULL) {
		fprintf(stderr, "cannot open %s: %s\n", port, strerror(errno));
		return 1;
	}
	l.tx = NETMAP_TXRING(l.port->nifp, l.port->first_tx_ring);
	l.rx = NETMAP_RXRING(l.port->nifp, l.port->first_rx_ring);
	l.start_ns = now_ns();
	if (is_ping_pong)
		ping_pong(&l);
	else
		send_at_rate(&l);
	report(&l);
	nm_close(l.port);
	return 0;
}
