// SPDX-License-Identifier: BSD-2-Clause
/*
 * server: counts what it is given, and says ten times a second that it is there. When it is interrupted, it says goodbye; killed, it
 * just falls silent.
 *
 *     ./server -i 'netmap:lb}1'
 */
#include <poll.h>
#include <unistd.h>

#include "balancer.h"

enum { HELLO_MS = 100 };

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void
say(const struct nm_desc *d, bool here)
{
	struct netmap_ring *tx = tx_ring(d);
	uint8_t *frame = (uint8_t *)NETMAP_BUF(tx, tx->slot[tx->head].buf_idx);

	if (nm_ring_empty(tx))
		return;
	memset(frame, 0, HELLO_BYTES);
	frame[12] = HELLO_TYPE >> 8;
	frame[13] = HELLO_TYPE & 0xff;
	frame[14] = here;
	frame[15] = HELLO_MS / HELLO_UNIT_MS;
	tx->slot[tx->head].len = HELLO_BYTES;
	tx->head = tx->cur = nm_ring_next(tx, tx->head);
	ioctl(NETMAP_FD(d), NIOCTXSYNC, NULL);
}

static uint64_t
take_all(const struct nm_desc *d)
{
	struct netmap_ring *rx = rx_ring(d);
	uint64_t count = nm_ring_space(rx);

	rx->head = rx->cur = rx->tail;
	return count;
}

static void
serve(const struct nm_desc *d)
{
	struct pollfd pfd = { .fd = NETMAP_FD(d), .events = POLLIN };
	uint64_t packets = 0, reported = 0, hello_ms = 0, second = now_ms() / 1000;

	while (!stop) {
		poll(&pfd, 1, HELLO_MS);
		packets += take_all(d);
		if (now_ms() - hello_ms >= HELLO_MS) {
			say(d, true);
			hello_ms = now_ms();
		}
		if (now_ms() / 1000 != second) {
			printf("%llu pps\n", (unsigned long long)(packets - reported));
			reported = packets;
			second = now_ms() / 1000;
		}
	}
	say(d, false);
	printf("served %llu packets\n", (unsigned long long)packets);
}

int
main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct nm_desc *d;

	if (argc != 3 || strcmp(argv[1], "-i") != 0) {
		fprintf(stderr, "usage: %s -i port\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	d = open_port(argv[2]);
	serve(d);
	nm_close(d);
	return 0;
}
