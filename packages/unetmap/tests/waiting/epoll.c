// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that an epoll set with a netmap descriptor in it is one to everybody: to poll and select, to a set that
// it is in, through a copy of its descriptor and in a child; that its members are files, not numbers; and that who waits in it is woken when a
// member comes or is changed, or is left by the number that it was looked at by.
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "../control/requests.h"

enum { PATIENT_MS = 20000, QUICK_MS = 50 };

static struct port_user a, b;

static void send_one(void)
{
	send_numbers(&a, 0, 1);
}

static void drain(void)
{
	CHECK(take_numbers(&b, 0) >= 0, "other frames");
}

static int watch(int set, int op, int fd, uint32_t events, uint32_t data)
{
	struct epoll_event e = {.events = events, .data.u32 = data};

	return epoll_ctl(set, op, fd, &e) ? errno : 0;
}

static int set_with(int fd, uint32_t data)
{
	int set = epoll_create1(EPOLL_CLOEXEC);

	WANT(0, watch(set, EPOLL_CTL_ADD, fd, EPOLLIN, data));
	return set;
}

// What it reports, or 0.
static uint32_t wait_in(int set, int ms)
{
	struct epoll_event e[4];
	int r = epoll_wait(set, e, 4, ms);

	CHECK(r >= 0 && r <= 1, "%d events: %s", r, r < 0 ? strerror(errno) : "");
	return r > 0 ? e[0].data.u32 : 0;
}

static int polled(int set, int ms)
{
	struct pollfd p = {set, POLLIN, 0};
	int r = poll(&p, 1, ms);

	CHECK(r == (p.revents == POLLIN), "poll gives %d, events %x", r, p.revents);
	return r;
}

static int selected(int set, int ms)
{
	struct timeval t = {ms / 1000, ms % 1000 * 1000};
	fd_set readable;

	FD_ZERO(&readable);
	FD_SET(set, &readable);
	return select(set + 1, &readable, NULL, NULL, &t);
}

static pid_t send_later(void)
{
	pid_t child = fork();

	if (child)
		return child;
	usleep(QUICK_MS * 1000);
	send_one();
	_exit(0);
}

static void check_poll_and_select(void)
{
	int (*const ask[])(int, int) = {polled, selected};
	int set = set_with(b.fd, 7);

	for (int n = 0; n < 2; n++) {
		pid_t child;

		CHECK(ask[n](set, QUICK_MS) == 0, "%d: ready with nothing in it", n);
		send_one();
		CHECK(ask[n](set, PATIENT_MS) == 1, "%d: not ready with a frame in it", n);
		drain();
		child = send_later();
		CHECK(ask[n](set, PATIENT_MS) == 1, "%d: not woken", n);
		waitpid(child, NULL, 0);
		CHECK(wait_in(set, 0) == 7, "not there any more");
		drain();
	}
	close(set);
}

static void check_sets_in_sets(void)
{
	int inner = set_with(b.fd, 7), middle = set_with(inner, 8), outer = set_with(middle, 9);
	pid_t child;

	CHECK(wait_in(outer, QUICK_MS) == 0, "ready with nothing in it");
	send_one();
	CHECK(wait_in(outer, PATIENT_MS) == 9 && wait_in(middle, 0) == 8 && wait_in(inner, 0) == 7, "not ready");
	CHECK(polled(outer, PATIENT_MS) == 1, "not pollable");
	drain();
	child = send_later();
	CHECK(wait_in(outer, PATIENT_MS) == 9, "not woken");
	waitpid(child, NULL, 0);
	drain();
	CHECK(wait_in(outer, QUICK_MS) == 0, "still ready");
	WANT(0, watch(middle, EPOLL_CTL_DEL, inner, 0, 0));
	send_one();
	CHECK(wait_in(outer, QUICK_MS) == 0, "ready by what was taken out");
	drain();
	close(outer);
	close(middle);
	close(inner);
}

static void check_copies(void)
{
	int set = epoll_create1(0), early = dup(set), late, number = fcntl(set, F_DUPFD_CLOEXEC, 100);

	WANT(0, watch(early, EPOLL_CTL_ADD, b.fd, EPOLLIN, 5));
	WANT(EEXIST, watch(set, EPOLL_CTL_ADD, b.fd, EPOLLIN, 6));
	late = dup2(number, 90);
	send_one();
	CHECK(wait_in(set, PATIENT_MS) == 5 && wait_in(early, 0) == 5 && wait_in(late, 0) == 5, "not one set");
	close(set);
	close(early);
	close(number);
	CHECK(wait_in(late, PATIENT_MS) == 5, "gone with one of its descriptors");
	WANT(0, watch(late, EPOLL_CTL_DEL, b.fd, 0, 0));
	CHECK(wait_in(late, QUICK_MS) == 0, "still in it");
	drain();
	close(late);
}

// Linux keeps in a set the file, not its number.
static void check_copied_members(void)
{
	int number = dup(b.fd), copy = dup(number), set = set_with(number, 21), again;

	close(number);
	WANT(EBADF, watch(set, EPOLL_CTL_DEL, number, 0, 0));
	CHECK(wait_in(set, QUICK_MS) == 0, "ready with nothing in it");
	send_one();
	CHECK(wait_in(set, PATIENT_MS) == 21 && polled(set, 0) == 1, "lost with the number that it was put in by");
	again = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CHECK(again == number, "number %d, not %d", again, number);
	CHECK(wait_in(set, PATIENT_MS) == 21, "lost when something else has its number");
	WANT(ENOENT, watch(set, EPOLL_CTL_DEL, dup2(a.fd, number), 0, 0));
	WANT(0, watch(set, EPOLL_CTL_ADD, number, EPOLLIN, 22));
	CHECK(wait_in(set, PATIENT_MS) == 21, "lost when another port has its number");
	CHECK(dup2(copy, number) == number, "no copy");
	WANT(EEXIST, watch(set, EPOLL_CTL_ADD, number, EPOLLIN, 23));
	WANT(0, watch(set, EPOLL_CTL_DEL, number, 0, 0));
	CHECK(wait_in(set, QUICK_MS) == 0, "still in it");
	drain();
	close(number);
	close(copy);
	close(set);
}

// It goes with its last number.
static void check_last_number(void)
{
	struct port_user c;
	int set, copy;

	WANT(0, use(&c, "vale0:c"));
	copy = dup(c.fd);
	set = epoll_create1(EPOLL_CLOEXEC);
	WANT(0, watch(set, EPOLL_CTL_ADD, copy, EPOLLOUT, 24));
	close(copy);
	CHECK(wait_in(set, PATIENT_MS) == 24, "lost with one number");
	stop_using(&c);
	CHECK(wait_in(set, QUICK_MS) == 0, "there without any");
	close(set);
}

static void check_copied_sets(void)
{
	int inner = set_with(b.fd, 7), copy = dup(inner), outer = set_with(inner, 25);

	close(inner);
	send_one();
	CHECK(wait_in(outer, PATIENT_MS) == 25, "the set inside is lost with the number that it was put in by");
	close(copy);
	CHECK(wait_in(outer, QUICK_MS) == 0, "there without any number");
	drain();
	close(outer);
}

static void check_child(void)
{
	int set = set_with(b.fd, 3), status;
	pid_t child;

	send_one();
	child = fork();
	if (!child)
		_exit(wait_in(set, PATIENT_MS) != 3);
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "not ready in a child");
	drain();
	close(set);
}

// ---- woken by other threads ----

struct sleeper {
	pthread_t thread;
	int set, woken;
	uint32_t reported;
};

static void *sleep_in(void *argument)
{
	struct sleeper *s = argument;
	struct epoll_event e = {0};
	int r = epoll_wait(s->set, &e, 1, PATIENT_MS);

	CHECK(r == 1, "the sleeper gets %d", r);
	s->reported = e.data.u32;
	return NULL;
}

static void start(struct sleeper *s, int set)
{
	*s = (struct sleeper){.set = set};
	CHECK(!pthread_create(&s->thread, NULL, sleep_in, s), "no thread");
}

static void check_woken(uint32_t events, int and_others)
{
	enum { SLEEPERS = 3 };
	struct sleeper s[SLEEPERS];
	int set = epoll_create1(0), ends[2];

	CHECK(!pipe(ends), "no pipe");
	if (and_others)
		WANT(0, watch(set, EPOLL_CTL_ADD, ends[0], EPOLLIN, 1));
	for (int i = 0; i < SLEEPERS; i++)
		start(&s[i], set);
	usleep(QUICK_MS * 1000);
	if (events == EPOLLIN)
		send_one();
	WANT(0, watch(set, EPOLL_CTL_ADD, b.fd, EPOLLIN, 11));
	if (events != EPOLLIN)
		WANT(0, watch(set, EPOLL_CTL_MOD, b.fd, events, 11));
	for (int i = 0; i < SLEEPERS; i++) {
		pthread_join(s[i].thread, NULL);
		CHECK(s[i].reported == 11, "sleeper %d: %u", i, s[i].reported);
	}
	WANT(0, watch(set, EPOLL_CTL_DEL, b.fd, 0, 0));
	CHECK(wait_in(set, QUICK_MS) == 0 && polled(set, QUICK_MS) == 0, "what woke them is still there");
	drain();
	close(ends[0]);
	close(ends[1]);
	close(set);
}

// Who sleeps in a set of a file looks at it by a number: here that becomes another file's, while b.fd keeps it in the set.
static void check_sleeper_by_copy(int other)
{
	struct sleeper s;
	int number = dup(b.fd), set = set_with(number, 31);

	start(&s, set);
	usleep(QUICK_MS * 1000);
	CHECK(dup2(other, number) == number, "no other file");
	usleep(QUICK_MS * 1000);
	send_one();
	pthread_join(s.thread, NULL);
	CHECK(s.reported == 31, "the sleeper gets %u", s.reported);
	close(number);
	drain();
	CHECK(wait_in(set, QUICK_MS) == 0, "ready with nothing in it");
	close(set);
}

static void check_sleepers_by_copies(void)
{
	int ends[2];

	CHECK(!pipe(ends), "no pipe");
	check_sleeper_by_copy(ends[0]);
	check_sleeper_by_copy(a.fd);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	WANT(0, use(&a, "vale0:a"));
	WANT(0, use(&b, "vale0:b"));
	check_poll_and_select();
	check_sets_in_sets();
	check_copies();
	check_copied_members();
	check_last_number();
	check_copied_sets();
	check_child();
	check_woken(EPOLLIN, 0);
	check_woken(EPOLLIN, 1);
	check_woken(EPOLLIN | EPOLLOUT, 0);
	check_sleepers_by_copies();
	return failures != 0;
}
