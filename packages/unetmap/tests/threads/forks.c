// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that a process may fork while its threads open and close ports and epoll sets: whatever they were at, the fork
// comes about, and the child finds nothing locked and can use netmap.
#include <pthread.h>
#include <sys/epoll.h>

#include "../death/traffic.h"

enum { FORKS = 100, STUCK_S = 120 };

static int over;
static uint64_t opened, watched;

static void count(uint64_t *what)
{
	__atomic_fetch_add(what, 1, __ATOMIC_RELAXED);
}

static int has_happened(uint64_t *what)
{
	return __atomic_load_n(what, __ATOMIC_RELAXED) != 0;
}

static int is_over(void)
{
	return __atomic_load_n(&over, __ATOMIC_ACQUIRE);
}

static void *open_and_close(void *unused)
{
	for (; !is_over(); count(&opened)) {
		nm_close(open_port("vale0:visitor"));
		nm_close(open_port("netmap:visit{1"));
	}
	return NULL;
}

static void *watch(void *d)
{
	struct epoll_event event = {.events = EPOLLIN};

	for (; !is_over(); count(&watched)) {
		const int set = epoll_create1(EPOLL_CLOEXEC);

		epoll_ctl(set, EPOLL_CTL_ADD, ((struct nm_desc *)d)->fd, &event);
		epoll_wait(set, &event, 1, 1);
		close(set);
	}
	return NULL;
}

static void __attribute__((noreturn)) be_a_child(void)
{
	alarm(STUCK_S);
	nm_close(open_port("vale0:child"));
	_exit(failures != 0);
}

static int fork_once(void)
{
	int status;
	const pid_t child = fork();

	if (child == 0)
		be_a_child();
	return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

int main(void)
{
	struct nm_desc *d = open_port("vale0:watched");
	pthread_t opener, watcher;

	alarm(STUCK_S);
	pthread_create(&opener, NULL, open_and_close, NULL);
	pthread_create(&watcher, NULL, watch, d);
	for (int i = 0; i < FORKS || !has_happened(&opened) || !has_happened(&watched); i++) {
		const int status = fork_once();

		CHECK(status == 0, "child %d ended with status 0x%x", i, status);
	}
	__atomic_store_n(&over, 1, __ATOMIC_RELEASE);
	pthread_join(opener, NULL);
	pthread_join(watcher, NULL);
	nm_close(d);
	printf("%d forks; %lu times opened, %lu watched\n", FORKS, opened, watched);
	return failures != 0;
}
