// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that the threads of one process may use netmap at once: each with a ring of its own of a
// shared port, both ends of a pipe, and all that while another opens and closes ports. What is sent
// on a ring arrives on the ring of its number, in order; the pipe loses nothing. Built by
// -fsanitize=thread it looks for races as well (make tsan-check).
#include <pthread.h>

#include "../death/traffic.h"

enum { RINGS = 2, SECONDS = 2, LATEST_S = 60, RECEIVER = 7, ENOUGH = 100 };

static double end_s;
static uint64_t seen_on_ring[RINGS], pipe_sent, pipe_seen, pipe_ended, opened;

// Counted by one thread each, and looked at by all.
static uint64_t so_far(const uint64_t *count)
{
	return __atomic_load_n(count, __ATOMIC_RELAXED);
}

static void count(uint64_t *what)
{
	__atomic_store_n(what, *what + 1, __ATOMIC_RELAXED);
}

static int enough_happened(void)
{
	return so_far(&seen_on_ring[0]) > ENOUGH && so_far(&seen_on_ring[1]) > ENOUGH && so_far(&pipe_sent) > 1000 &&
	       so_far(&opened) > 1;
}

// A busy machine gets more time.
static int is_over(void)
{
	return now_s() > (enough_happened() ? end_s : end_s + LATEST_S);
}

static struct nm_desc *open_ring(const char *port, int ring)
{
	struct nmreq wish = {.nr_tx_rings = RINGS, .nr_rx_rings = RINGS};
	char name[40];
	struct nm_desc *d;

	snprintf(name, sizeof name, "%s-%d", port, ring);
	d = nm_open(name, &wish, 0, NULL);
	if (d)
		return d;
	printf("cannot open %s: %s\n", name, strerror(errno));
	exit(1);
}

static int send_mark(struct nm_desc *d, uint32_t stream, uint64_t seq)
{
	const struct mark mark = {.stream = stream, .seq = seq};
	uint8_t frame[FRAME_BYTES] = {2, [4] = RECEIVER, [6] = 2};

	frame[11] = stream;
	memcpy(frame + MARK_OFS, &mark, sizeof mark);
	return nm_inject(d, frame, sizeof frame) > 0;
}

// Its address is known, for a flood would arrive on first rings only.
static struct nm_desc *open_receiver(void)
{
	const uint8_t hello[FRAME_BYTES] = {BROADCAST, [6] = 2, [10] = RECEIVER};
	struct nm_desc *d = open_ring("vale0:rx", 0);

	nm_inject(d, hello, sizeof hello);
	ioctl(d->fd, NIOCTXSYNC, NULL);
	return d;
}

// The next frame, not yet released; 0 when there is none.
static int next_mark(struct nm_desc *d, struct mark *mark)
{
	struct nm_pkthdr h;
	const uint8_t *frame = nm_nextpkt(d, &h);

	if (frame)
		memcpy(mark, frame + MARK_OFS, sizeof *mark);
	return frame != NULL;
}

static void poll_for(struct nm_desc *d, short events, int ms)
{
	struct pollfd p = {d->fd, events, 0};

	poll(&p, 1, ms);
}

static void *send_on_ring(void *number)
{
	const int ring = (long)number;
	struct nm_desc *d = open_ring("vale0:tx", ring);

	for (uint64_t seq = 1; !is_over();) {
		while (seq % 64 && send_mark(d, ring, seq))
			seq++;
		seq += send_mark(d, ring, seq);
		if (seq % 2)
			ioctl(d->fd, NIOCTXSYNC, NULL);
		else
			poll_for(d, POLLOUT, 10);
	}
	nm_close(d);
	return NULL;
}

static void *receive_on_ring(void *number)
{
	const int ring = (long)number;
	struct nm_desc *d = open_ring("vale0:rx", ring);
	uint64_t last = 0;
	struct mark m;

	for (; !is_over(); poll_for(d, POLLIN, 10)) {
		for (; next_mark(d, &m); last = m.seq, count(&seen_on_ring[ring])) {
			CHECK(m.stream == (uint32_t)ring, "stream %u on ring %d", m.stream, ring);
			CHECK(m.seq > last, "ring %d: %lu after %lu", ring, m.seq, last);
		}
	}
	nm_close(d);
	return NULL;
}

static void *send_into_pipe(void *other_end)
{
	struct nm_desc *d = open_port("netmap:pt{1");

	for (; !is_over(); poll_for(d, POLLOUT, 10))
		while (send_mark(d, 0, pipe_sent))
			count(&pipe_sent);
	ioctl(d->fd, NIOCTXSYNC, NULL);
	count(&pipe_ended);
	pthread_join(*(pthread_t *)other_end, NULL);
	nm_close(d);
	return NULL;
}

// Ends when nothing has come for a while after the end: the sender waits for it.
static void *receive_from_pipe(void *unused)
{
	struct nm_desc *d = open_port("netmap:pt}1");
	double last_s = now_s();
	struct mark m;

	while (!so_far(&pipe_ended) || now_s() < last_s + 0.5) {
		poll_for(d, POLLIN, 10);
		for (; next_mark(d, &m); pipe_seen++) {
			CHECK(m.seq == pipe_seen, "pipe: %lu instead of %lu", m.seq, pipe_seen);
			last_s = now_s();
		}
	}
	nm_close(d);
	return NULL;
}

static void *open_and_close(void *unused)
{
	for (; !is_over(); count(&opened)) {
		struct nm_desc *d = open_port("vale0:visitor/x");
		struct nm_desc *p = open_port("netmap:visit{1/x");

		ioctl(d->fd, NIOCRXSYNC, NULL);
		nm_close(p);
		nm_close(d);
	}
	return NULL;
}

static pthread_t begin(void *(*body)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, argument)) {
		printf("no thread\n");
		exit(1);
	}
	return thread;
}

int main(void)
{
	pthread_t threads[2 * RINGS + 2], pipe_end;
	struct nm_desc *receiver = open_receiver();
	int count = 0;

	end_s = now_s() + SECONDS;
	pipe_end = begin(receive_from_pipe, NULL);
	threads[count++] = begin(send_into_pipe, &pipe_end);
	threads[count++] = begin(open_and_close, NULL);
	for (long i = 0; i < RINGS; i++) {
		threads[count++] = begin(receive_on_ring, (void *)i);
		threads[count++] = begin(send_on_ring, (void *)i);
	}
	while (count--)
		pthread_join(threads[count], NULL);
	nm_close(receiver);
	printf("rings: %lu and %lu frames; pipe: %lu of %lu; %lu opened\n", seen_on_ring[0], seen_on_ring[1],
	       pipe_seen, pipe_sent, opened);
	CHECK(seen_on_ring[0] > ENOUGH && seen_on_ring[1] > ENOUGH, "no traffic");
	CHECK(pipe_seen == pipe_sent && pipe_sent > 1000, "the pipe lost frames");
	CHECK(opened > 1, "ports do not open");
	return failures != 0;
}
