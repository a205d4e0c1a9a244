// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that the first use of a netmap descriptor that came by exec may be anywhere: in the child of a vfork, which leaves
// its parent what it knows, and in a signal handler, whatever that interrupts; and that copies which nobody has used yet
// are copies.
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/time.h>

#include "../control/requests.h"

enum { COPIES_FROM = 300, COPIES = 400, PATIENCE_S = 20, QUICK_US = 100 * 1000, TICK_US = 200 };

static int is_netmap(int fd)
{
	char byte;

	return read(fd, &byte, 1) == -1 && errno == EINVAL;
}

static int is_ready(int fd)
{
	struct pollfd p = {fd, POLLIN | POLLOUT, 0};

	return poll(&p, 1, 0) == 1 && p.revents == (POLLIN | POLLOUT);
}

// ---- in the child of a vfork ----

static void check_other_in_child(int fd)
{
	int ends[2], status;
	pid_t child;

	CHECK(!pipe2(ends, O_NONBLOCK), "no pipe");
	child = vfork();
	if (!child) {
		dup2(ends[0], fd);
		_exit(is_netmap(fd));
	}
	waitpid(child, &status, 0);
	CHECK(!status, "a pipe in the child is none: status %x", status);
	CHECK(is_ready(fd), "no netmap descriptor any more, because the child had a pipe there");
}

static void check_used_in_child(int fd)
{
	int ends[2], status;
	pid_t child = vfork();

	if (!child)
		_exit(!is_netmap(fd));
	waitpid(child, &status, 0);
	CHECK(!status, "not netmap's in the child: status %x", status);
	CHECK(is_ready(fd), "not netmap's in the parent");
	close(fd);
	CHECK(!pipe2(ends, O_NONBLOCK) && ends[0] == fd, "number %d, not %d", ends[0], fd);
	CHECK(!is_netmap(fd), "netmap's after it was closed");
}

static void check_opened_in_child(int fd)
{
	int ends[2], status;
	pid_t child = vfork();

	if (!child)
		_exit(!is_netmap(dup2(fd, COPIES_FROM + COPIES)));
	waitpid(child, &status, 0);
	CHECK(!status, "not netmap's in the child: status %x", status);
	CHECK(!pipe2(ends, O_NONBLOCK) && !is_netmap(dup2(ends[0], COPIES_FROM + COPIES)), "the child's number is the parent's");
}

// ---- copies ----

static void check_copies(int fd)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u32 = 7};
	int set = epoll_create1(EPOLL_CLOEXEC);

	CHECK(!epoll_ctl(set, EPOLL_CTL_ADD, fd, &e), "not put in: %s", strerror(errno));
	e.data.u32 = 0;
	close(fd);
	CHECK(epoll_wait(set, &e, 1, 0) == 1 && e.data.u32 == 7, "gone with one of its numbers");
	for (int i = 0; i < COPIES; i++)
		close(COPIES_FROM + i);
	CHECK(epoll_wait(set, &e, 1, 0) == 0, "there without any number");
}

// ---- in a signal handler ----

static volatile int used, answers;

static void use_next(int signal)
{
	int saved = errno;

	if (used < COPIES)
		answers += is_netmap(COPIES_FROM + used++);
	errno = saved;
}

static void on_alarm(int every_us, int first_us)
{
	const struct sigaction action = {.sa_handler = use_next, .sa_flags = SA_RESTART};
	const struct itimerval timer = {{0, every_us}, {0, first_us}};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void check_handler(int fd)
{
	CHECK(is_netmap(fd), "not netmap's");
	on_alarm(TICK_US, TICK_US);
	while (used < COPIES)
		close(dup(fd));
	CHECK(answers == COPIES, "%d of %d were netmap's", answers, used);
}

// Somebody else has the region while it is joined.
static void check_handler_while_joining(int fd)
{
	char path[200];
	int ends[2], lock;
	char byte;

	snprintf(path, sizeof path, "%s/lock", getenv("UNETMAP_DIR"));
	CHECK(!pipe(ends), "no pipe");
	if (!fork()) {
		lock = open(path, O_RDWR);
		CHECK(!flock(lock, LOCK_EX), "flock: %s", strerror(errno));
		CHECK(write(ends[1], "", 1) == 1, "cannot tell");
		usleep(3 * QUICK_US);
		_exit(failures != 0);
	}
	CHECK(read(ends[0], &byte, 1) == 1, "the other failed");
	on_alarm(0, QUICK_US);
	CHECK(is_netmap(fd), "not netmap's");
	CHECK(used == 1 && answers == 1, "%d of %d were netmap's in a handler", answers, used);
}

static const struct scene {
	const char *name;
	void (*run)(int fd);
} scenes[] = {
	{"another file in the child of a vfork", check_other_in_child},
	{"used in the child of a vfork", check_used_in_child},
	{"copied in the child of a vfork", check_opened_in_child},
	{"unused copies", check_copies},
	{"in a handler", check_handler},
	{"in a handler, while joining", check_handler_while_joining},
};

enum { SCENES = sizeof scenes / sizeof scenes[0] };

// ---- each in a program of its own ----

static pid_t exec_scene(const char *program, int scene, int fd)
{
	char number[16], which[16];
	pid_t child = fork();

	if (child)
		return child;
	snprintf(number, sizeof number, "%d", dup(fd));
	for (int i = 0; i < COPIES; i++)
		dup2(fd, COPIES_FROM + i);
	snprintf(which, sizeof which, "%d", scene);
	execl(program, program, which, number, (char *)NULL);
	_exit(99);
}

static int status_of(pid_t child)
{
	int status;

	for (int ms = 0; ms < PATIENCE_S * 1000; ms++) {
		if (waitpid(child, &status, WNOHANG) == child)
			return status;
		usleep(1000);
	}
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return status;
}

int main(int argc, char **argv)
{
	struct port_user a, b;

	if (argc > 2) {
		scenes[atoi(argv[1])].run(atoi(argv[2]));
		return failures != 0;
	}
	WANT(0, use(&a, "vale0:a"));
	WANT(0, use(&b, "vale0:b"));
	send_numbers(&a, 0, 1);
	for (int scene = 0; scene < SCENES; scene++) {
		const int status = status_of(exec_scene(argv[0], scene, b.fd));

		CHECK(!status, "%s: status %x", scenes[scene].name, status);
	}
	return failures != 0;
}
