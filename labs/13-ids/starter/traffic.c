// SPDX-License-Identifier: BSD-2-Clause
/*
 * traffic: sends TCP streams of random bytes, into which it plants signatures, cut wherever packets end. Each signature is planted whole, once
 * in some packets, so what the detection system finds should not be less.
 *
 *     ./traffic -i 'netmap:ids{1' -r rules.txt
 */
#include <poll.h>

#include "ids.h"
#include "rings.h"

enum { STREAMS = 64, SEGMENT = 200, FRAME = 14 + 20 + 20 + SEGMENT, PLANT_EVERY = 3000 };

struct stream {
	uint32_t seq;
	const struct rule *planting;	/* NULL between signatures */
	size_t planted;		/* bytes of it that are sent */
};

static struct rule rules[MOST_RULES];
static unsigned rule_count;
static uint64_t planted;
static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static uint32_t
random_number(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	return x ^= x << 5;
}

static uint8_t
next_byte(struct stream *s)
{
	uint8_t byte;

	if (s->planting == NULL && random_number() % PLANT_EVERY != 0)
		return (uint8_t)('a' + random_number() % 26);
	if (s->planting == NULL)
		*s = (struct stream){ .seq = s->seq, .planting = &rules[random_number() % rule_count] };
	byte = s->planting->signature[s->planted++];
	if (s->planted == s->planting->len) {
		s->planting = NULL;
		planted++;
	}
	return byte;
}

static void
put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void
put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static void
fill_frame(uint8_t *frame, struct stream *s, unsigned number)
{
	memset(frame, 0, 54);
	memset(frame, 0xff, 6);
	frame[6] = 2;
	put16(frame + 12, 0x0800);
	frame[14] = 0x45;
	put16(frame + 16, FRAME - 14);
	frame[22] = 64;
	frame[23] = 6;
	put32(frame + 26, 0x0a000001 + number);
	put32(frame + 30, 0xc6336401);
	put16(frame + 34, 40000 + number);
	put16(frame + 36, 80);
	put32(frame + 38, s->seq);
	frame[46] = 0x50;
	frame[47] = 0x10;
	for (int i = 0; i < SEGMENT; i++)
		frame[54 + i] = next_byte(s);
	s->seq += SEGMENT;
}

static void
send_all(struct netmap_ring *tx)
{
	static struct stream streams[STREAMS];
	static unsigned turn;

	for (; !nm_ring_empty(tx); tx->head = tx->cur = nm_ring_next(tx, tx->head)) {
		struct netmap_slot *slot = &tx->slot[tx->head];
		unsigned number = turn++ % STREAMS;

		fill_frame((uint8_t *)NETMAP_BUF(tx, slot->buf_idx), &streams[number], number);
		slot->len = FRAME;
	}
}

int
main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct pollfd pfd = { .events = POLLOUT };
	struct nm_desc *d;
	uint64_t second = 0;

	if (argc != 5 || strcmp(argv[1], "-i") != 0 || strcmp(argv[3], "-r") != 0) {
		fprintf(stderr, "usage: %s -i port -r rules\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	rule_count = read_rules(argv[4], rules);
	if (rule_count == 0)
		return 1;
	d = open_port(argv[2]);
	pfd.fd = NETMAP_FD(d);
	while (!stop) {
		if (poll(&pfd, 1, 500) > 0)
			send_all(tx_ring(d));
		if (now_ms() / 1000 != second)
			printf("%llu signatures planted so far\n", (unsigned long long)planted);
		second = now_ms() / 1000;
	}
	printf("%llu signatures planted\n", (unsigned long long)planted);
	return 0;
}
