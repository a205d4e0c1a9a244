// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that the death of a port's owner harms nobody else. Victims are killed at random instants
// and started again at once: senders on a switch, receivers on it, processes that open and close
// ports, senders and receivers at the end of a pipe. Each opens its port exclusively, so a port left
// busy shows; a witness in the same region must keep flowing, and see every stream in order.
#include "traffic.h"

enum { KILLS = 250, MAX_LIFE_US = 12000, STUCK_S = 3, VICTIMS = 5 };

// Shared with the victims.
static struct board {
	uint64_t pipe_sent;	// next number for the pipe's sender
	uint64_t pipe_seen;	// next number that the pipe's receiver expects
	uint64_t pipe_errors;
	uint32_t generation;
	uint32_t ready; // the last victim started has its port
} *board;

static void say_ready(void)
{
	__atomic_store_n(&board->ready, 1, __ATOMIC_RELEASE);
}

static void poll_for(struct nm_desc *d, short events)
{
	struct pollfd p = {d->fd, events, 0};

	poll(&p, 1, 20);
}

// ---- victims ----

static void switch_sender(void *unused)
{
	struct nm_desc *d = open_port("vale0:victim/x");
	struct mark m = {.stream = 1, .generation = __atomic_add_fetch(&board->generation, 1, __ATOMIC_SEQ_CST)};

	say_ready();
	for (;;) {
		while (put_frame(d, 7, m))
			m.seq++;
		if (m.seq % 2)
			ioctl(d->fd, NIOCTXSYNC, NULL);
		else
			poll_for(d, POLLOUT);
	}
}

static void switch_receiver(void *unused)
{
	struct nm_desc *d = open_port("vale0:listener/x");
	struct mark m;

	say_ready();
	for (;;) {
		poll_for(d, POLLIN);
		while (take_frame(d, &m))
			;
	}
}

static void opener(void *unused)
{
	say_ready();
	for (;;) {
		struct nm_desc *d = open_port("vale0:visitor/x");
		struct nm_desc *p = open_port("netmap:visit{1/x");

		put_frame(d, 9, (struct mark){.stream = 3});
		ioctl(d->fd, NIOCTXSYNC, NULL);
		nm_close(d);
		nm_close(p);
	}
}

// A number is counted as sent after its frame is in the ring; a successor may send it once more.
static void pipe_sender(void *unused)
{
	struct nm_desc *d = open_port("netmap:pp{1/x");

	say_ready();
	for (;;) {
		while (put_frame(d, 8, (struct mark){.stream = 2, .seq = board->pipe_sent}))
			board->pipe_sent++;
		poll_for(d, POLLOUT);
	}
}

// The marks live in the ring: a successor goes on where its predecessor's head was, which may have
// died after moving it and before writing on the board. Nothing else may be missing.
static void pipe_receiver(void *unused)
{
	struct nm_desc *d = open_port("netmap:pp}1/x");
	uint64_t expected = 0;
	struct mark m;

	say_ready();
	for (int first = 1;;) {
		poll_for(d, POLLIN);
		while (take_frame(d, &m)) {
			int repeated = m.seq + 1 == expected; // its sender died between ring and board
			int lost = first ? m.seq > board->pipe_seen + 1 : m.seq != expected && !repeated;

			if (lost)
				__atomic_add_fetch(&board->pipe_errors, 1, __ATOMIC_SEQ_CST);
			expected = m.seq + 1;
			board->pipe_seen = expected;
			first = 0;
		}
	}
}

static void (*const bodies[VICTIMS])(void *) = {switch_sender, switch_receiver, opener, pipe_sender, pipe_receiver};

// ---- the witness: a sender and a receiver that live ----

struct witness {
	struct nm_desc *tx, *rx;
	uint64_t sent, seen_own, seen_victims;
	struct mark last[2];
	double last_progress;
};

static int later(const struct mark *a, const struct mark *b)
{
	return a->generation != b->generation ? a->generation > b->generation : a->seq > b->seq;
}

static void watch(struct witness *w, const struct mark *m)
{
	if (m->stream > 1)
		return;
	CHECK(later(m, &w->last[m->stream]), "stream %u: %u/%lu after %u/%lu", m->stream, m->generation, m->seq,
	      w->last[m->stream].generation, w->last[m->stream].seq);
	w->last[m->stream] = *m;
	w->last_progress = now_s();
	if (m->stream == 0)
		w->seen_own++;
	else
		w->seen_victims++;
}

static void observe_for(struct witness *w, double seconds)
{
	double end = now_s() + seconds;
	struct mark m;

	do {
		if (put_frame(w->tx, 3, (struct mark){.stream = 0, .seq = w->sent + 1}))
			w->sent++;
		ioctl(w->tx->fd, NIOCTXSYNC, NULL);
		ioctl(w->rx->fd, NIOCRXSYNC, NULL);
		while (take_frame(w->rx, &m))
			watch(w, &m);
	} while (now_s() < end);
	CHECK(now_s() - w->last_progress < STUCK_S, "nothing arrives any more");
}

// Never two dead at a time: a pipe that neither end has open forgets what was in it, and should.
static pid_t start_victim(struct witness *w, int n)
{
	pid_t pid;

	board->ready = 0;
	pid = start(bodies[n], NULL);
	while (!__atomic_load_n(&board->ready, __ATOMIC_ACQUIRE) && !failures)
		observe_for(w, 0);
	return pid;
}

static void report(const struct witness *w)
{
	printf("%d kills; the witness sent %lu frames and saw %lu, and %lu of the victims'; pipe: %lu sent, %lu seen\n",
	       KILLS, w->sent, w->seen_own, w->seen_victims, board->pipe_sent, board->pipe_seen);
	CHECK(w->seen_own > 0 && w->seen_victims > 0, "no traffic");
	CHECK(board->pipe_seen > 1000, "the pipe did not flow");
	CHECK(!board->pipe_errors, "the pipe lost frames %lu times", board->pipe_errors);
}

int main(void)
{
	struct witness w = {.tx = open_port("vale0:w1/x"), .rx = open_port("vale0:w2/x"), .last_progress = now_s()};
	pid_t victims[VICTIMS];

	srand(time(NULL));
	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < VICTIMS; i++)
		victims[i] = start_victim(&w, i);
	for (int i = 0; i < KILLS && !failures; i++) {
		int n = rand() % VICTIMS;

		observe_for(&w, rand() % MAX_LIFE_US * 1e-6);
		CHECK(kill_and_reap(victims[n]), "victim %d ended by itself", n);
		victims[n] = start_victim(&w, n);
	}
	for (int i = 0; i < VICTIMS; i++)
		CHECK(kill_and_reap(victims[i]), "victim %d ended by itself", i);
	report(&w);
	nm_close(w.tx);
	nm_close(w.rx);
	return failures != 0;
}
