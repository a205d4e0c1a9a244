// SPDX-License-Identifier: BSD-2-Clause
/*
 * echo: sends every packet back. It can be made slow, to see what that does to others.
 *
 *     ./echo -i 'netmap:lat}1'
 *     ./echo -i 'netmap:lat}1' -d 200		takes 200 us for each packet
 *     ./echo -i 'netmap:lat}1' -s 500:300	falls asleep for 300 ms after 500 packets
 *     ./echo -i 'netmap:lat}1' -x frames.txt	sends a frame of this file, in hexadecimal, before each packet
 */
#include "measure.h"

struct echo {
	struct nm_desc *port;
	long delay_us;
	unsigned long sleep_after, sleep_ms;
	unsigned long packets, batches, largest;
	FILE *strangers;
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void
sleep_us(unsigned long us)
{
	struct timespec t = { (time_t)(us / 1000000), (long)(us % 1000000) * 1000 };

	nanosleep(&t, NULL);
}

static void
send_back(const struct netmap_slot *rs, struct netmap_ring *rx, struct netmap_ring *tx)
{
	struct netmap_slot *ts = &tx->slot[tx->head];

	ts->len = rs->len < tx->nr_buf_size ? rs->len : (uint16_t)tx->nr_buf_size;
	memcpy(NETMAP_BUF(tx, ts->buf_idx), NETMAP_BUF(rx, rs->buf_idx), ts->len);
	tx->head = tx->cur = nm_ring_next(tx, tx->head);
	rx->head = rx->cur = nm_ring_next(rx, rx->head);
}

/* Sends the next frame that nobody has asked for. */
static void
send_stranger(struct echo *e, struct netmap_ring *tx)
{
	struct netmap_slot *slot = &tx->slot[tx->head];
	uint8_t *frame = (uint8_t *)NETMAP_BUF(tx, slot->buf_idx);
	char line[8192];
	uint16_t len = 0;

	if (fgets(line, sizeof(line), e->strangers) == NULL) {
		rewind(e->strangers);
		return;
	}
	while (len < tx->nr_buf_size && sscanf(line + 2 * len, "%2hhx", &frame[len]) == 1)
		len++;
	slot->len = len;
	tx->head = tx->cur = nm_ring_next(tx, tx->head);
}

/* What is there at once is a batch. A slow echo hands each packet on by itself. */
static void
echo_batch(struct echo *e, struct netmap_ring *rx, struct netmap_ring *tx)
{
	unsigned long there = nm_ring_space(rx);

	e->batches += there > 0;
	e->largest = there > e->largest ? there : e->largest;
	for (; there > 0 && !nm_ring_empty(tx); there--) {
		if (e->delay_us > 0)
			sleep_us((unsigned long)e->delay_us);
		if (e->strangers != NULL && nm_ring_space(tx) > 1)
			send_stranger(e, tx);
		send_back(&rx->slot[rx->head], rx, tx);
		if (e->delay_us > 0)
			ioctl(NETMAP_FD(e->port), NIOCTXSYNC, NULL);
		if (++e->packets == e->sleep_after)
			sleep_us(e->sleep_ms * 1000);
	}
	ioctl(NETMAP_FD(e->port), NIOCTXSYNC, NULL);
}

static void
run(struct echo *e)
{
	struct netmap_ring *rx = NETMAP_RXRING(e->port->nifp, e->port->first_rx_ring);
	struct netmap_ring *tx = NETMAP_TXRING(e->port->nifp, e->port->first_tx_ring);
	struct pollfd pfd = { .fd = NETMAP_FD(e->port), .events = POLLIN };

	while (!stop) {
		poll(&pfd, 1, 500);
		echo_batch(e, rx, tx);
		pfd.events = nm_ring_empty(tx) ? POLLOUT : POLLIN;
	}
	printf("%lu packets, %lu batches, largest %lu\n", e->packets, e->batches, e->largest);
}

int
main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct echo e = { .port = NULL };
	const char *port = NULL;
	int c;

	while ((c = getopt(argc, argv, "i:d:s:x:")) != -1) {
		if (c == 'i')
			port = optarg;
		else if (c == 'd')
			e.delay_us = atol(optarg);
		else if (c == 'x')
			e.strangers = fopen(optarg, "r");
		else if (c != 's' || sscanf(optarg, "%lu:%lu", &e.sleep_after, &e.sleep_ms) != 2)
			return 2;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	e.port = port == NULL ? NULL : nm_open(port, NULL, 0, NULL);
	if (e.port == NULL) {
		fprintf(stderr, "usage: %s -i port [-d us] [-s packets:ms] [-x file]\n", argv[0]);
		return 1;
	}
	run(&e);
	nm_close(e.port);
	return 0;
}
