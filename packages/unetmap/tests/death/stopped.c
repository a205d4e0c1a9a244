// SPDX-License-Identifier: BSD-2-Clause
//
// A process stopped in the middle of a delivery holds its receiver's ring. Others that send there wait a
// moment, once; from then on their frames for that ring are lost, and counted, while all other
// receivers get theirs. It goes on where it was when it is continued.
#include "steps.h"
#include "unetmap/stats.h"

enum { WAIT_S = 5 };

static const struct kring *watched; // the receiver's

static int delivers(void)
{
	return __atomic_load_n(&watched->qlock, __ATOMIC_RELAXED) != 0;
}

static uint64_t drops_of(int fd, const char *name)
{
	static struct unetmap_stats s;

	for (s.index = 0; !ask(fd, "", UNETMAP_REQ_STATS_GET, &s); s.index++)
		for (uint32_t n = 0; !strcmp(s.name, name) && n < s.ring_count; n++)
			if (s.rings[n].dir == RX)
				return s.rings[n].drops;
	return 0;
}

int main(void)
{
	struct port_user receiver, other, from;
	uint32_t sent = 0;
	double begin;
	pid_t pid;

	WANT(0, use(&receiver, "vale0:receiver"));
	watched = ring_of("vale0:receiver");
	pid = stopped_sender("vale0:stops", delivers);
	WANT(0, use(&other, "vale0:other"));
	WANT(0, use(&from, "vale0:from"));
	begin = now_s();
	for (; sent < 40; sent += 2) {
		send_numbers(&from, sent, 2);
		CHECK(take_numbers(&other, sent) == 2, "frame %u: somebody else has to wait, too", sent);
	}
	CHECK(now_s() - begin < WAIT_S, "%.1f s for 20 syncs", now_s() - begin);
	CHECK(drops_of(from.fd, "vale0:receiver") == sent, "%lu of %u are counted as lost",
	      (unsigned long)drops_of(from.fd, "vale0:receiver"), sent);
	kill(pid, SIGCONT);
	waitpid(pid, NULL, 0);
	CHECK(take_numbers(&receiver, 100) == 3, "what the stopped one sent");
	take_numbers(&other, 100);
	send_numbers(&from, sent, 2);
	CHECK(take_numbers(&receiver, sent) == 2, "nothing arrives any more");
	return failures ? 1 : 0;
}
