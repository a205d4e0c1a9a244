// SPDX-License-Identifier: BSD-2-Clause
/*
 * ids: passes everything on, and counts the signatures that it sees in the payload.
 *
 *     ./ids -i 'netmap:ids}1' -o 'netmap:ids{2' -r rules.txt
 */
#include <poll.h>
#include <unistd.h>

#include "ids.h"
#include "rings.h"

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* Looks at what has arrived and passes it on, as far as there is room. Gives whether a packet is left. */
static bool
pass_on(struct ids *ids, struct netmap_ring *rx, struct netmap_ring *tx, uint64_t *packets)
{
	for (; !nm_ring_empty(rx) && !nm_ring_empty(tx); ++*packets) {
		struct packet p;

		if (read_packet(&p, packet_bytes(rx), packet_length(rx)))
			inspect(ids, &p);
		move_packet(rx, tx);
	}
	return !nm_ring_empty(rx);
}

static void
report_each_second(const struct ids *ids, uint64_t packets)
{
	static uint64_t second, reported;
	uint64_t hits = 0;

	if (now_ms() / 1000 == second)
		return;
	for (unsigned i = 0; i < ids->rule_count; i++)
		hits += ids->hits[i];
	if (second != 0)
		printf("%llu pps, %llu hits so far\n", (unsigned long long)(packets - reported), (unsigned long long)hits);
	reported = packets;
	second = now_ms() / 1000;
}

static void
run(struct ids *ids, struct nm_desc *in, struct nm_desc *out)
{
	struct pollfd pfd[2] = { { .fd = NETMAP_FD(in), .events = POLLIN }, { .fd = NETMAP_FD(out) } };
	uint64_t packets = 0;

	while (!stop) {
		bool blocked;

		poll(pfd, 2, 500);
		blocked = pass_on(ids, rx_ring(in), tx_ring(out), &packets);
		pfd[0].events = blocked ? 0 : POLLIN;
		pfd[1].events = blocked ? POLLOUT : 0;
		report_each_second(ids, packets);
	}
	printf("%llu packets\n", (unsigned long long)packets);
	for (unsigned i = 0; i < ids->rule_count; i++)
		printf("rule %s: %llu hits\n", ids->rules[i].name, (unsigned long long)ids->hits[i]);
}

int
main(int argc, char **argv)
{
	static struct ids ids;
	const char *in = NULL, *out = NULL, *rules = NULL;
	int c;

	while ((c = getopt(argc, argv, "i:o:r:")) != -1) {
		if (c == 'i')
			in = optarg;
		else if (c == 'o')
			out = optarg;
		else if (c == 'r')
			rules = optarg;
	}
	if (in == NULL || out == NULL || rules == NULL) {
		fprintf(stderr, "usage: %s -i port -o port -r rules\n", argv[0]);
		return 2;
	}
	catch_signals();
	ids.rule_count = read_rules(rules, ids.rules);
	if (ids.rule_count == 0)
		return 1;
	build_automaton(&ids.automaton, ids.rules, ids.rule_count);
	printf("%u rules, %u states\n", ids.rule_count, ids.automaton.states);
	run(&ids, open_port(in), open_port(out));
	return 0;
}
