// SPDX-License-Identifier: BSD-2-Clause
/*
 * table: measures what comes out of several ports, and compares. The first port is the one that the others are compared with.
 *
 *     ./table -i vale1:host -i vale0:host -i 'netmap:race{1'
 *
 * Whenever frames came and no more do, and at the end, it prints a line for each port.
 */
#include "frame.h"
#include "port.h"

enum { MOST_WAYS = 8 };

#define QUIET_S 1.0

struct way {
	const char *name;
	struct nm_desc *port;
	uint64_t frames;	/* of ours, that came */
	uint64_t later;		/* those of them that came after the first batch */
	uint64_t numbers;	/* one more than the largest number that came: so many were sent, at least */
	double first_s, last_s;	/* when the first batch came, and the latest one */
};

/* The number of a frame of ours; -1 for any other frame. */
static int64_t
number_of(const uint8_t *frame, size_t len)
{
	if (len < FRAME_BYTES || be16(frame + 12) != 0x0800 || frame[14] != 0x45)
		return -1;
	if (be16(frame + 16) != FRAME_BYTES - 14 || be16(frame + 38) != FRAME_BYTES - 34)
		return -1;
	if ((be16(frame + 20) & 0x3fff) != 0 || frame[23] != 17 || be16(frame + 36) != MEASURE_PORT)
		return -1;
	return be32(frame + 42) == MEASURE_MARK ? (int64_t)be32(frame + 46) : -1;
}

/* Takes everything that came, at this time, and counts what is ours. */
static void
take_all(struct way *w, double at_s)
{
	struct netmap_ring *ring = rx_ring(w->port);
	uint64_t came = 0;

	for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->head)) {
		const struct netmap_slot *slot = &ring->slot[ring->head];
		int64_t number = number_of((uint8_t *)NETMAP_BUF(ring, slot->buf_idx), slot->len);

		if (number < 0)
			continue;
		came++;
		if ((uint64_t)number >= w->numbers)
			w->numbers = (uint64_t)number + 1;
	}
	if (came == 0)
		return;
	if (w->frames == 0)
		w->first_s = at_s;
	else
		w->later += came;
	w->frames += came;
	w->last_s = at_s;
}

/* Frames a second, between the first batch and the last one; 0 when there is nothing to tell. */
static double
rate_pps(const struct way *w)
{
	return w->later == 0 ? 0 : (double)w->later / (w->last_s - w->first_s);
}

/* Sleeps until something comes at any port, or for a tenth of a second. */
static void
wait_for_frames(const struct way *ways, unsigned count)
{
	struct pollfd pfd[MOST_WAYS];

	for (unsigned i = 0; i < count; i++) {
		pfd[i].fd = NETMAP_FD(ways[i].port);
		pfd[i].events = POLLIN;
	}
	poll(pfd, count, 100);
}

static void
print_way(const struct way *w, const struct way *first)
{
	double pps = rate_pps(w), other = rate_pps(first);

	printf("%-12s %8llu frames, %8llu lost", w->name, (unsigned long long)w->frames,
	    (unsigned long long)(w->numbers - w->frames));
	if (pps > 0)
		printf(", %7.0f pps", pps);
	if (pps > 0 && other > 0)
		printf(", %6.1f times", pps / other);
	printf("\n");
}

static void
print_table(const struct way *ways, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		print_way(&ways[i], &ways[0]);
	printf("\n");
}

/* Prints once after each time that frames came and ceased to. */
static void
print_when_quiet(const struct way *ways, unsigned count, double at_s)
{
	static uint64_t printed;
	uint64_t frames = 0;
	double last_s = 0;

	for (unsigned i = 0; i < count; i++) {
		frames += ways[i].frames;
		last_s = ways[i].last_s > last_s ? ways[i].last_s : last_s;
	}
	if (frames == printed || at_s - last_s < QUIET_S)
		return;
	print_table(ways, count);
	printed = frames;
}

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s -i port [-i port ...]\n", name);
	exit(2);
}

static unsigned
parse_options(struct way *ways, int argc, char **argv)
{
	unsigned count = 0;
	int c;

	while ((c = getopt(argc, argv, "i:")) != -1) {
		if (c != 'i' || count == MOST_WAYS)
			usage(argv[0]);
		ways[count].name = optarg;
		ways[count++].port = open_port(optarg);
	}
	if (count == 0)
		usage(argv[0]);
	return count;
}

int
main(int argc, char **argv)
{
	static struct way ways[MOST_WAYS];
	unsigned count;

	catch_signals();
	count = parse_options(ways, argc, argv);
	printf("measuring %u ways\n", count);
	while (!stop) {
		double at_s;

		wait_for_frames(ways, count);
		at_s = now_s();
		for (unsigned i = 0; i < count; i++)
			take_all(&ways[i], at_s);
		print_when_quiet(ways, count, at_s);
	}
	print_table(ways, count);
	return 0;
}
