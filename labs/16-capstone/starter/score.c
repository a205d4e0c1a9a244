// SPDX-License-Identifier: BSD-2-Clause
/*
 * score: sends packets into the router, sees what becomes of them, and says how good it is.
 *
 *     ./score -i 'netmap:net{1' -o vale0:score -t 2		rate for 2 s, then latency for 1 s, then a line
 *     ./score -i 'netmap:net{1' -o vale0:score -t 2 -l		again and again, and as much to the sink, too
 *
 * For the rate, WINDOW packets are under way at once; for the latency one is. Both ends are in this process, so that
 * there is one clock.
 */
#include "packet.h"
#include "rings.h"
#include "routes.h"

enum { FRAME_BYTES = 60, FLOWS = 16, WINDOW = 512, LOST_MS = 400, MOST_PINGS = 4096 };
#define SCORE_MARK 0x73636f72u

static const uint8_t OWN_MAC[6] = MAC_SCORE;

struct score {
	struct nm_desc *in, *out;
	bool feeds_sink;
	uint32_t number;	/* of the next packet */
	uint32_t expected;	/* none before this one counts any more */
	uint64_t sent, received, wrong, under_way;
	uint64_t ping_ns[MOST_PINGS];
	unsigned pings;
};

struct result {
	double right_percent, mpps, lost_percent, median_us, most_us;
};

static void
write_headers(uint8_t *frame, uint32_t number, unsigned second)
{
	uint8_t *ip = frame + ETHERNET_BYTES;

	memset(frame, 0, FRAME_BYTES);
	frame[0] = frame[6] = 2;
	frame[5] = 0xfe;
	put16(frame + 12, TYPE_IPV4);
	ip[0] = 0x45;
	put16(ip + 2, FRAME_BYTES - ETHERNET_BYTES);
	ip[8] = 64;
	ip[9] = 17;
	put32(ip + 12, 0x0a000000 + 1 + number % FLOWS);
	put32(ip + 16, 0x0a000000 | second << 16 | number % 250);
	put16(ip + 10, (uint16_t)~ip_sum(ip, IP_BYTES));
	put16(ip + 20, 1000 + number % FLOWS);
	put16(ip + 22, 9);
	put16(ip + 24, FRAME_BYTES - ETHERNET_BYTES - IP_BYTES);
}

/* Puts a packet into the ring, for 10.second.0.0/16. Its source and its flow follow from its number. */
static void
put_packet(struct score *s, unsigned second)
{
	struct netmap_ring *tx = tx_ring(s->in);
	uint8_t *frame = (uint8_t *)NETMAP_BUF(tx, tx->slot[tx->head].buf_idx);
	uint64_t now = now_ns();

	write_headers(frame, s->number, second);
	put32(frame + 42, SCORE_MARK);
	put32(frame + 46, s->number);
	memcpy(frame + 50, &now, sizeof(now));
	tx->slot[tx->head].len = FRAME_BYTES;
	advance(tx);
}

static void
send_one(struct score *s)
{
	put_packet(s, 2);
	s->number++;
	s->sent++;
	s->under_way++;
	if (s->feeds_sink && !nm_ring_empty(tx_ring(s->in)))
		put_packet(s, 1);
}

/* Whether it is as a router leaves it. */
static bool
is_right(const uint8_t *frame)
{
	static const uint8_t router[6] = MAC_ROUTER;
	uint8_t sent[FRAME_BYTES];

	write_headers(sent, be32(frame + 46), 2);
	sent[22] = 63;
	put16(sent + 24, 0);
	put16(sent + 24, (uint16_t)~ip_sum(sent + ETHERNET_BYTES, IP_BYTES));
	return memcmp(frame, OWN_MAC, 6) == 0 && memcmp(frame + 6, router, 6) == 0 &&
	    memcmp(frame + 12, sent + 12, 30) == 0;
}

/* A packet of ours that came; one of an earlier measurement counts no more. */
static void
take_packet(struct score *s, const uint8_t *frame, size_t len)
{
	uint64_t sent_ns;

	if (len != FRAME_BYTES || be32(frame + 42) != SCORE_MARK || be32(frame + 46) < s->expected || s->under_way == 0 ||
	    memcmp(frame, OWN_MAC, 5) != 0)
		return;
	memcpy(&sent_ns, frame + 50, sizeof(sent_ns));
	s->received++;
	s->under_way--;
	s->wrong += !is_right(frame);
	if (s->pings < MOST_PINGS)
		s->ping_ns[s->pings++] = now_ns() - sent_ns;
}

static bool
take_all(struct score *s)
{
	struct netmap_ring *rx = rx_ring(s->out);
	uint64_t before = s->received;

	for (; !nm_ring_empty(rx); advance(rx))
		take_packet(s, packet_bytes(rx), packet_length(rx));
	return s->received > before;
}

static void
wait_for_packets(const struct score *s)
{
	struct pollfd pfd[2];

	pfd[0].fd = NETMAP_FD(s->in);
	pfd[0].events = nm_ring_empty(tx_ring(s->in)) ? POLLOUT : 0;
	pfd[1].fd = NETMAP_FD(s->out);
	pfd[1].events = POLLIN;
	poll(pfd, 2, 20);
}

/* Keeps `window` packets under way for so long. Those that do not come in LOST_MS are lost. Gives the time it took, in s. */
static double
measure(struct score *s, double seconds, unsigned window)
{
	uint64_t start = now_ns(), end = start + (uint64_t)(seconds * 1e9), moved = start, now = start;

	s->sent = s->received = s->under_way = 0;
	s->pings = 0;
	s->expected = s->number;
	while (!stop && (now < end || s->under_way > 0)) {
		while (now < end && s->under_way < window && !nm_ring_empty(tx_ring(s->in)))
			send_one(s);
		wait_for_packets(s);
		now = now_ns();
		if (take_all(s))
			moved = now;
		else if (now - moved > (uint64_t)LOST_MS * 1000000) {
			s->under_way = 0;
			s->expected = s->number;
			moved = now;
		}
	}
	return (double)(moved - start) / 1e9;
}

static int
compare(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static struct result
judge(struct score *s, double seconds)
{
	struct result r = { 0, 0, 0, 0, 0 };
	uint64_t sent, received;
	double took;

	s->wrong = 0;
	took = measure(s, seconds, WINDOW);
	sent = s->sent;
	received = s->received;
	r.mpps = took > 0 ? (double)received / took / 1e6 : 0;
	measure(s, seconds / 2, 1);
	sent += s->sent;
	received += s->received;
	r.right_percent = received > 0 ? 100.0 * (double)(received - s->wrong) / (double)received : 0;
	r.lost_percent = sent > 0 ? 100.0 * (double)(sent - received) / (double)sent : 0;
	if (s->pings > 0) {
		qsort(s->ping_ns, s->pings, sizeof(s->ping_ns[0]), compare);
		r.median_us = (double)s->ping_ns[s->pings / 2] / 1000;
		r.most_us = (double)s->ping_ns[s->pings * 99 / 100] / 1000;
	}
	return r;
}

/* A frame from us, so that the switch learns where we are. */
static void
announce(const struct score *s)
{
	struct netmap_ring *tx = tx_ring(s->out);
	uint8_t *frame = (uint8_t *)NETMAP_BUF(tx, tx->slot[tx->head].buf_idx);

	memset(frame, 0, FRAME_BYTES);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, OWN_MAC, 6);
	put16(frame + 12, 0x88b5);
	tx->slot[tx->head].len = FRAME_BYTES;
	advance(tx);
	ioctl(NETMAP_FD(s->out), NIOCTXSYNC, NULL);
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i port -o port [-t seconds] [-l]\n", name);
	exit(2);
}

static double
parse_options(struct score *s, int argc, char **argv)
{
	double seconds = 2;
	int c;

	while ((c = getopt(argc, argv, "i:o:t:l")) != -1) {
		if (c == 'i')
			s->in = open_port(optarg);
		else if (c == 'o')
			s->out = open_port(optarg);
		else if (c == 't')
			seconds = atof(optarg);
		else if (c == 'l')
			s->feeds_sink = true;
		else
			usage(argv[0]);
	}
	if (s->in == NULL || s->out == NULL)
		usage(argv[0]);
	return seconds;
}

int
main(int argc, char **argv)
{
	static struct score s;
	double seconds;

	catch_signals();
	seconds = parse_options(&s, argc, argv);
	do {
		struct result r;

		announce(&s);
		r = judge(&s, seconds);
		printf("%.1f %% right, %.3f Mpps, %.2f %% lost, %.0f us, 99 %% %.0f us\n", r.right_percent, r.mpps,
		    r.lost_percent, r.median_us, r.most_us);
	} while (s.feeds_sink && !stop);
	return 0;
}
