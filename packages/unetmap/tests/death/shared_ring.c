// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that a process killed in the middle of a sync leaves nothing locked and sends nothing
// twice. Parent and child share one tx ring: the parent fills it, the child does nothing but sync
// it, and is killed at random instants. The receiver must see every number at most once and in
// order; over a pipe, which loses nothing, every number exactly once.
#include "traffic.h"

enum { KILLS = 120, MAX_LIFE_US = 1500, STUCK_S = 60 };

static void sync_for_ever(void *d)
{
	for (;;)
		ioctl(((struct nm_desc *)d)->fd, NIOCTXSYNC, NULL);
}

struct stream {
	struct nm_desc *tx, *rx;
	uint64_t sent, received, next;
	int lossless;
};

static void receive(struct stream *s)
{
	struct mark m;

	ioctl(s->rx->fd, NIOCRXSYNC, NULL);
	while (take_frame(s->rx, &m)) {
		CHECK(m.seq >= s->next, "number %lu came again or late, expected %lu", m.seq, s->next);
		CHECK(!s->lossless || m.seq == s->next, "number %lu, expected %lu", m.seq, s->next);
		s->next = m.seq + 1;
		s->received++;
	}
}

static void send_some(struct stream *s)
{
	for (int n = rand() % 64; n > 0; n--)
		if (put_frame(s->tx, 1, (struct mark){.seq = s->sent}))
			s->sent++;
	if (rand() % 4 == 0)
		ioctl(s->tx->fd, NIOCTXSYNC, NULL);
}

static void one_life(struct stream *s)
{
	double end = now_s() + rand() % MAX_LIFE_US * 1e-6;
	pid_t child = start(sync_for_ever, s->tx);

	do {
		send_some(s);
		receive(s);
	} while (now_s() < end);
	CHECK(kill_and_reap(child), "the child ended by itself");
}

static void drain(struct stream *s)
{
	double end = now_s() + STUCK_S;

	while (s->lossless && s->next < s->sent && now_s() < end) {
		ioctl(s->tx->fd, NIOCTXSYNC, NULL);
		receive(s);
	}
	CHECK(!s->lossless || s->next == s->sent, "%lu of %lu frames arrived", s->next, s->sent);
	CHECK(s->received > s->sent / 10, "only %lu of %lu frames arrived", s->received, s->sent);
}

static void run(const char *what, const char *tx, const char *rx, int lossless)
{
	struct stream s = {.tx = open_port(tx), .rx = open_port(rx), .lossless = lossless};

	for (int i = 0; i < KILLS; i++)
		one_life(&s);
	drain(&s);
	printf("%s: %d kills, %lu frames sent, %lu received\n", what, KILLS, s.sent, s.received);
	nm_close(s.tx);
	nm_close(s.rx);
}

int main(void)
{
	srand(time(NULL));
	run("switch", "vale0:tx", "vale0:rx", 0);
	run("pipe", "netmap:p{1", "netmap:p}1", 1);
	return failures != 0;
}
