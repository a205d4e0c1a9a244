// SPDX-License-Identifier: BSD-2-Clause
//
// forward MS CPU CPU: one process sends numbered 60-byte frames into a pipe and takes them out of another, where it
// looks at every number; a second process forwards from the one pipe to the other, by exchanging buffers and by copying
// frames in turn, a slice each, so that whatever the machine is at, both are. Prints how many millions of frames a second
// arrived by the one and by the other.
#define _GNU_SOURCE
#define NETMAP_WITH_LIBS
#include <libnetmap.h>
#include <net/netmap_user.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pinned.h"

enum { FRAME_BYTES = 60, NUMBER_AT = 14, SLICE_NS = 10 * 1000 * 1000, MAX_SLICES = 1000 };
enum way { SWAPPING, COPYING, WAYS };

static enum way *way; // how it is forwarded now, for both processes

typedef void mover(struct netmap_ring *from, struct netmap_slot *a, struct netmap_ring *to, struct netmap_slot *b);

static struct nmport_d *open_port(const char *name)
{
	struct nmport_d *d = nmport_open(name);

	if (!d)
		fail(name);
	return d;
}

static void yield_on_one_cpu(void)
{
	static long cpus;

	if (!cpus)
		cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus == 1)
		sched_yield();
}

// ---- forwarding ----

static inline void swap_buffers(struct netmap_ring *from, struct netmap_slot *a, struct netmap_ring *to,
				struct netmap_slot *b)
{
	uint32_t buffer = b->buf_idx;

	b->buf_idx = a->buf_idx;
	a->buf_idx = buffer;
	b->len = a->len;
	a->flags = b->flags = NS_BUF_CHANGED;
}

static inline void copy_frame(struct netmap_ring *from, struct netmap_slot *a, struct netmap_ring *to,
			      struct netmap_slot *b)
{
	nm_pkt_copy(NETMAP_BUF(from, a->buf_idx), NETMAP_BUF(to, b->buf_idx), a->len);
	b->len = a->len;
	b->flags = 0;
}

static inline void move_all(struct netmap_ring *from, struct netmap_ring *to, mover *move)
{
	uint32_t n = nm_ring_space(from), room = nm_ring_space(to), i = from->head, j = to->head;

	for (n = n < room ? n : room; n--; i = nm_ring_next(from, i), j = nm_ring_next(to, j))
		move(from, &from->slot[i], to, &to->slot[j]);
	from->head = from->cur = i;
	to->head = to->cur = j;
}

static void __attribute__((noreturn)) forward(struct nmport_d *in, struct nmport_d *out)
{
	struct netmap_ring *from = NETMAP_RXRING(in->nifp, 0), *to = NETMAP_TXRING(out->nifp, 0);

	for (;;) {
		ioctl(in->fd, NIOCRXSYNC, NULL);
		if (__atomic_load_n(way, __ATOMIC_RELAXED) == COPYING)
			move_all(from, to, copy_frame);
		else
			move_all(from, to, swap_buffers);
		ioctl(out->fd, NIOCTXSYNC, NULL);
		yield_on_one_cpu();
	}
}

// ---- traffic ----

static uint64_t send_all(struct netmap_ring *ring, uint64_t next)
{
	uint32_t i = ring->head;

	for (uint32_t n = nm_ring_space(ring); n; n--, next++, i = nm_ring_next(ring, i)) {
		memcpy(NETMAP_BUF(ring, ring->slot[i].buf_idx) + NUMBER_AT, &next, sizeof next);
		ring->slot[i].len = FRAME_BYTES;
		ring->slot[i].flags = 0;
	}
	ring->head = ring->cur = i;
	return next;
}

static uint64_t take_all(struct netmap_ring *ring, uint64_t expected)
{
	uint32_t i = ring->head;

	for (uint32_t n = nm_ring_space(ring); n; n--, expected++, i = nm_ring_next(ring, i)) {
		uint64_t number;

		memcpy(&number, NETMAP_BUF(ring, ring->slot[i].buf_idx) + NUMBER_AT, sizeof number);
		if (number != expected || ring->slot[i].len != FRAME_BYTES) {
			fprintf(stderr, "forward: frame %ju arrived where %ju should\n", (uintmax_t)number, (uintmax_t)expected);
			exit(1);
		}
	}
	ring->head = ring->cur = i;
	return expected;
}

struct traffic {
	struct nmport_d *source, *sink;
	uint64_t sent, taken;
};

static void exchange(struct traffic *t)
{
	t->sent = send_all(NETMAP_TXRING(t->source->nifp, 0), t->sent);
	ioctl(t->source->fd, NIOCTXSYNC, NULL);
	ioctl(t->sink->fd, NIOCRXSYNC, NULL);
	t->taken = take_all(NETMAP_RXRING(t->sink->nifp, 0), t->taken);
	yield_on_one_cpu();
}

// Millions a second.
static double measure_slice(struct traffic *t)
{
	const uint64_t before = t->taken;
	const int64_t start = now_ns();
	int64_t now = start;

	for (; now < start + SLICE_NS; now = now_ns())
		exchange(t);
	return (double)(t->taken - before) * 1e3 / (double)(now - start);
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int count)
{
	qsort(values, count, sizeof *values, compare);
	return values[count / 2];
}

// Medians, because a slice in which one of the two had no processor tells nothing.
static void measure(struct traffic *t, int64_t duration_ns)
{
	double rates[WAYS][MAX_SLICES];
	int slices = 0;

	for (int64_t left = duration_ns; left > 0 && slices < MAX_SLICES; left -= WAYS * SLICE_NS, slices++)
		for (int w = 0; w < WAYS; w++) {
			__atomic_store_n(way, w, __ATOMIC_RELAXED);
			rates[w][slices] = measure_slice(t);
		}
	printf("%.3f %.3f\n", median(rates[SWAPPING], slices), median(rates[COPYING], slices));
}

int main(int argc, char **argv)
{
	struct traffic t = {0};
	struct nmport_d *in, *out;
	pid_t forwarder;

	if (argc != 4)
		return 1;
	way = mmap(NULL, sizeof *way, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (way == MAP_FAILED)
		fail("mmap");
	t.source = open_port("netmap:bench{1");
	in = open_port("netmap:bench}1");
	out = open_port("netmap:bench{2");
	t.sink = open_port("netmap:bench}2");
	forwarder = fork();
	if (forwarder == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pin(atoi(argv[3]));
		forward(in, out);
	}
	pin(atoi(argv[2]));
	measure(&t, atoi(argv[1]) * 1000000ll);
	kill(forwarder, SIGKILL);
	waitpid(forwarder, NULL, 0);
	return 0;
}
