// SPDX-License-Identifier: BSD-2-Clause
/*
 * balancer: spreads flows over servers, and over those that are left when one dies.
 *
 *     ./balancer -i 'netmap:lb}0' -o 'netmap:lb{1' -o 'netmap:lb{2' -o 'netmap:lb{3' -o 'netmap:lb{4'
 *
 * A server says through its pipe that it is there, again and again. One that stops is taken for dead.
 */
#include <poll.h>
#include <unistd.h>

#include "balancer.h"

enum { WAIT_MS = 50 };

/* When a server spoke last, and how long it may be silent; 0: as long as it likes. */
struct health {
	uint64_t heard_ms, patience_ms;
};

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

/* Has the table made anew, and says how many of its slots have another server now. */
static void
rebuild(struct balancer *b)
{
	static uint8_t before[TABLE_SLOTS];
	unsigned moved = 0;

	memcpy(before, b->table, sizeof(before));
	build_table(b);
	for (unsigned i = 0; i < TABLE_SLOTS; i++)
		moved += before[i] != b->table[i];
	printf("%u of %u slots have another server now\n", moved, TABLE_SLOTS);
}

static void
set_alive(struct balancer *b, unsigned server, bool alive)
{
	if (b->alive[server] == alive)
		return;
	printf("server %u %s\n", server + 1, alive ? "is back" : "is gone");
	b->alive[server] = alive;
	rebuild(b);
}

/* Reads what a server has said. */
static void
hear(struct balancer *b, struct health *health, unsigned server)
{
	struct netmap_ring *rx = rx_ring(b->to[server]);

	for (; !nm_ring_empty(rx); drop_packet(rx)) {
		const uint8_t *frame = packet_bytes(rx);

		if (packet_length(rx) < HELLO_BYTES || be16(frame + 12) != HELLO_TYPE)
			continue;
		health->heard_ms = now_ms();
		health->patience_ms = (uint64_t)frame[15] * HELLO_UNIT_MS * MISSED_HELLOS;
		set_alive(b, server, frame[14] != 0);
	}
}

static void
look_after(struct balancer *b, struct health *health)
{
	for (unsigned i = 0; i < b->servers; i++) {
		hear(b, &health[i], i);
		if (health[i].patience_ms != 0 && now_ms() - health[i].heard_ms > health[i].patience_ms)
			set_alive(b, i, false);
	}
}

/* Sends what was given to the servers, and sees what room they have made. */
static void
sync_servers(const struct balancer *b)
{
	for (unsigned i = 0; i < b->servers; i++)
		ioctl(NETMAP_FD(b->to[i]), NIOCTXSYNC, NULL);
}

static void
wait_for_work(const struct balancer *b)
{
	struct pollfd pfd[1 + MOST_SERVERS] = { { .fd = NETMAP_FD(b->in), .events = POLLIN } };

	for (unsigned i = 0; i < b->servers; i++)
		pfd[1 + i] = (struct pollfd){ .fd = NETMAP_FD(b->to[i]), .events = POLLIN };
	poll(pfd, 1 + b->servers, WAIT_MS);
}

static void
report_each_second(const struct balancer *b)
{
	static uint64_t second, reported[MOST_SERVERS];

	if (now_ms() / 1000 == second)
		return;
	for (unsigned i = 0; i < b->servers && second != 0; i++)
		printf("%llu pps to server %u, ", (unsigned long long)(b->given[i] - reported[i]), i + 1);
	if (second != 0)
		printf("%llu dropped so far\n", (unsigned long long)b->dropped);
	memcpy(reported, b->given, sizeof(reported));
	second = now_ms() / 1000;
}

static void
parse_options(struct balancer *b, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "i:o:")) != -1) {
		if (c == 'i')
			b->in = open_port(optarg);
		else if (c == 'o' && b->servers < MOST_SERVERS)
			b->to[b->servers++] = open_port(optarg);
	}
	if (b->in == NULL || b->servers == 0) {
		fprintf(stderr, "usage: %s -i port -o port [-o port ...]\n", argv[0]);
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	static struct balancer b;
	static struct health health[MOST_SERVERS];

	catch_signals();
	memset(b.alive, true, sizeof(b.alive));
	memset(b.table, NOBODY, sizeof(b.table));
	parse_options(&b, argc, argv);
	rebuild(&b);
	printf("balancing over %u servers\n", b.servers);
	while (!stop) {
		wait_for_work(&b);
		look_after(&b, health);
		spread(&b);
		sync_servers(&b);
		report_each_second(&b);
	}
	return 0;
}
