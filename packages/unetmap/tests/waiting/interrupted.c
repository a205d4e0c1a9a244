// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that a signal interrupts who waits for a port also in the moment in which he looks around before he sleeps.
// Not each of them: one that comes between the program's note that it waits now and the wait itself, changes nothing.
#include <sys/epoll.h>
#include <sys/time.h>

#include "../control/requests.h"

enum { ROUNDS = 20, SPARED = ROUNDS / 2, WAIT_MS = 200, SIGNAL_AFTER_US = 35, SHORT_SLEEP_NS = 50 * 1000 };

static struct port_user a;
static int set;
static volatile sig_atomic_t waiting, interrupted;

static void on_alarm(int signal)
{
	interrupted = waiting;
}

// After a short sleep the next one is begun by looking around.
static void sleep_briefly(void)
{
	struct pollfd p = {a.fd, POLLIN, 0};

	ppoll(&p, 1, &(struct timespec){0, SHORT_SLEEP_NS}, NULL);
}

static int poll_port(void)
{
	struct pollfd p = {a.fd, POLLIN, 0};

	return poll(&p, 1, WAIT_MS);
}

static int wait_in_set(void)
{
	struct epoll_event e;

	return epoll_wait(set, &e, 1, WAIT_MS);
}

// 1 if the wait went on though a handler ran in it.
static int goes_on(int (*wait)(void))
{
	const struct itimerval soon = {.it_value.tv_usec = SIGNAL_AFTER_US};
	int r;

	sleep_briefly();
	interrupted = waiting = 0;
	setitimer(ITIMER_REAL, &soon, NULL);
	waiting = 1;
	r = wait();
	waiting = 0;
	CHECK(r == 0 || (r < 0 && errno == EINTR), "it gives %d: %s", r, strerror(errno));
	return !r && interrupted;
}

static void check(const char *name, int (*wait)(void))
{
	int deaf = 0;

	for (int round = 0; round < ROUNDS; round++)
		deaf += goes_on(wait);
	CHECK(deaf <= SPARED, "%s: %d of %d slept on after their handler had run", name, deaf, ROUNDS);
}

static volatile sig_atomic_t arrivals;

static void count_arrival(int signal)
{
	arrivals++;
}

// What the program asks for with a mask stays true: what is blocked meanwhile comes afterwards, once.
static void check_masks(void)
{
	struct pollfd p = {a.fd, POLLIN, 0};
	sigset_t usr, before, after;

	sigemptyset(&usr);
	sigaddset(&usr, SIGUSR1);
	signal(SIGUSR1, count_arrival);
	pthread_sigmask(SIG_BLOCK, &usr, &before);
	raise(SIGUSR1);
	CHECK(poll(&p, 1, 1) == 0 && arrivals == 0, "a blocked signal interrupts");
	CHECK(ppoll(&p, 1, &(struct timespec){1, 0}, &before) < 0 && errno == EINTR && arrivals == 1, "not let in");
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	CHECK(sigismember(&after, SIGUSR1) && !sigismember(&after, SIGALRM), "the mask is another one now");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	CHECK(arrivals == 1, "%d arrivals", arrivals);
}

int main(void)
{
	struct epoll_event e = {.events = EPOLLIN};

#ifdef __SANITIZE_THREAD__
	printf("SKIP: ThreadSanitizer runs handlers later than they are due\n");
	return 77;
#endif
	signal(SIGALRM, on_alarm);
	WANT(0, use(&a, "vale0:a"));
	set = epoll_create1(EPOLL_CLOEXEC);
	CHECK(!epoll_ctl(set, EPOLL_CTL_ADD, a.fd, &e), "epoll_ctl: %s", strerror(errno));
	check("poll", poll_port);
	check("epoll_wait", wait_in_set);
	check_masks();
	return failures != 0;
}
