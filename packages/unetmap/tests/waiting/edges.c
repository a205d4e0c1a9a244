// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that an edge-triggered member of an epoll set reports what is new also where the ring went around once since
// the last report, and its tail is where it was then.
#include <sys/epoll.h>

#include "../control/requests.h"

enum { PATIENT_MS = 1000, QUICK_MS = 30 };

static struct port_user a, b;

static int reported(int set, int ms)
{
	struct epoll_event e = {0};

	return epoll_wait(set, &e, 1, ms);
}

static void pass(uint32_t frames)
{
	send_numbers(&a, 0, frames);
	CHECK(take_numbers(&b, 0) == (int)frames, "not all of %u frames came", frames);
}

static void check_around(int set)
{
	const uint32_t tail = b.rx->tail, rest = b.rx->num_slots - 1;

	send_numbers(&a, 0, 1);
	CHECK(reported(set, PATIENT_MS) == 1, "a frame is not reported");
	CHECK(reported(set, QUICK_MS) == 0, "a frame is reported twice");
	CHECK(take_numbers(&b, 0) == 1, "not one frame");
	pass(rest / 2);
	pass(rest - rest / 2);
	CHECK(b.rx->tail == tail, "the ring is at %u, not at %u", b.rx->tail, tail);
	send_numbers(&a, 0, 1);
	CHECK(reported(set, PATIENT_MS) == 1, "a frame one round later is not reported");
	CHECK(reported(set, QUICK_MS) == 0, "and then it is reported twice");
	CHECK(take_numbers(&b, 0) == 1, "not one frame more");
}

int main(void)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLET};
	int set = epoll_create1(EPOLL_CLOEXEC);

	WANT(0, use(&a, "vale0:a"));
	WANT(0, use(&b, "vale0:b"));
	CHECK(!epoll_ctl(set, EPOLL_CTL_ADD, b.fd, &e), "epoll_ctl: %s", strerror(errno));
	check_around(set);
	return failures != 0;
}
