// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that changes of an epoll set which follow each other at once wake everybody who sleeps in it, each time; and
// that who was woken by the first of them does not use up what is to wake others by the second.
#include <pthread.h>
#include <sys/epoll.h>

#include "../control/requests.h"

enum { SLEEPERS = 3, ROUNDS = 80, PATIENT_MS = 3000, ASLEEP_AFTER_US = 5000, PORT = 11 };

static struct port_user a;

static void *sleep_in(void *set)
{
	struct epoll_event e = {0};
	const int r = epoll_wait(*(int *)set, &e, 1, PATIENT_MS);

	CHECK(r == 1 && e.data.u32 == PORT, "a sleeper gets %d, from %u", r, e.data.u32);
	return NULL;
}

static void control(int set, int op, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.u32 = PORT};

	CHECK(!epoll_ctl(set, op, a.fd, &e), "epoll_ctl %d: %s", op, strerror(errno));
}

// Nothing comes to the port, and it may always send: only the second change gives them something.
static void wake_all(int set)
{
	pthread_t threads[SLEEPERS];

	for (int i = 0; i < SLEEPERS; i++)
		CHECK(!pthread_create(&threads[i], NULL, sleep_in, &set), "no thread");
	usleep(ASLEEP_AFTER_US);
	control(set, EPOLL_CTL_ADD, EPOLLIN);
	control(set, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
	for (int i = 0; i < SLEEPERS; i++)
		pthread_join(threads[i], NULL);
	control(set, EPOLL_CTL_DEL, 0);
}

int main(void)
{
	int set = epoll_create1(EPOLL_CLOEXEC);

	WANT(0, use(&a, "vale0:a"));
	for (int round = 0; round < ROUNDS && !failures; round++)
		wake_all(set);
	return failures != 0;
}
