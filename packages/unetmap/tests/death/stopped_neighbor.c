// SPDX-License-Identifier: BSD-2-Clause
//
// A sender syncs the ring of a guest that it sends to. Stopped in the middle of that, before or after it delivered,
// it keeps the guest from that ring, but nobody else from anything, least of all who serves the guest. What was
// sent meanwhile is there when it is continued.
#include <unetmap/passthrough.h>

#include "steps.h"

enum { SERVE_MS = 20, SERVES = 5, WAIT_S = 5 };

static const struct kring *watched; // the guest's
static int wanted_visits, visits, is_inside;

static int has_the_ring(void)
{
	const int is_locked = __atomic_load_n(&watched->lock, __ATOMIC_RELAXED) != 0;

	visits += is_locked && !is_inside;
	is_inside = is_locked;
	return is_locked && visits == wanted_visits;
}

static int give(const char *name)
{
	struct nmreq_register reg = {.nr_mode = NR_REG_ALL_NIC, .nr_flags = UNETMAP_NR_PASSTHROUGH | NR_EXCLUSIVE};
	struct unetmap_passthrough p = {.bytes = 0};
	int fd = device();

	WANT(0, ask(fd, name, NETMAP_REQ_REGISTER, &reg));
	WANT(0, ask(fd, "", UNETMAP_REQ_PASSTHROUGH_GET, &p));
	return fd;
}

static void serve(int fd)
{
	struct unetmap_passthrough_serve wish = {.for_ms = SERVE_MS, .nap_us = 1000};

	WANT(0, ask(fd, "", UNETMAP_REQ_PASSTHROUGH_SERVE, &wish));
}

static void stop_at_visit(int number)
{
	struct port_user other, from;
	int fd = give("vale0:given");
	uint32_t sent = 0;
	double begin;
	pid_t pid;

	watched = ring_of("vale0:given");
	wanted_visits = number;
	pid = stopped_sender("vale0:stops", has_the_ring);
	WANT(0, use(&other, "vale0:other"));
	WANT(0, use(&from, "vale0:from"));
	begin = now_s();
	for (int i = 0; i < SERVES; i++, sent += 2) {
		send_numbers(&from, sent, 2);
		CHECK(take_numbers(&other, sent) == 2, "frame %u: somebody else has to wait, too", sent);
		serve(fd);
	}
	CHECK(now_s() - begin < WAIT_S, "%.1f s to serve a guest five times", now_s() - begin);
	kill(pid, SIGCONT);
	waitpid(pid, NULL, 0);
	serve(fd);
	CHECK(watched->rtail == sent + 3, "the guest sees %u frames of %u", watched->rtail, sent + 3);
	stop_using(&other);
	stop_using(&from);
	close(fd);
}

int main(void)
{
	stop_at_visit(1);
	stop_at_visit(2);
	return failures ? 1 : 0;
}
