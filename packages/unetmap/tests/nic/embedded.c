// SPDX-License-Identifier: BSD-2-Clause
//
// A host that sleeps in the kernel on the descriptor of a device's port (unetmap/embed.h) is woken by
// what arrives at the device, each time it sleeps, and by nothing else; in a child of its own, too.
#include <dlfcn.h>
#include <sys/syscall.h>

#include "veth.h"

enum { FRAME_BYTES = 60, WAKE_MS = 5000, QUIET_MS = 100, TURNS = 20, LATER_MS = 30 };

static int (*sleep_begin)(int, short);
static int (*sleep_end)(int, int);

static void send_one(struct nm_desc *d)
{
	char frame[FRAME_BYTES] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};

	CHECK(nm_inject(d, frame, sizeof frame) == sizeof frame, "no room to send");
	ioctl(d->fd, NIOCTXSYNC, NULL);
}

static int take_frames(struct nm_desc *d)
{
	struct netmap_ring *ring = NETMAP_RXRING(d->nifp, 0);
	struct pollfd p = {d->fd, POLLIN, 0};
	int ours = 0;

	if (poll(&p, 1, 0) == 1)
		for (; !nm_ring_empty(ring); ring->head = ring->cur = nm_ring_next(ring, ring->cur))
			ours += ring->slot[ring->cur].len == FRAME_BYTES;
	return ours;
}

// What the library does not see.
static int sleeps_in_kernel(int fd, int ms)
{
	const struct timespec timeout = {ms / 1000, ms % 1000 * 1000000l};
	struct pollfd p = {fd, POLLIN, 0};

	return syscall(SYS_ppoll, &p, 1, &timeout, NULL, 0) == 1;
}

// Sends from a process that waits until the sleeper sleeps.
static void send_later(struct nm_desc *from)
{
	pid_t pid = fork();

	if (pid == 0) {
		usleep(LATER_MS * 1000);
		send_one(from);
		_exit(failures);
	}
}

static void check_turn(struct nm_desc *from, struct nm_desc *to)
{
	int got = 0, woken;

	send_later(from);
	CHECK(sleep_begin(to->fd, POLLIN) == 0, "sleep_begin: %s", strerror(errno));
	while (!got && failures == 0) {
		woken = sleeps_in_kernel(to->fd, WAKE_MS);
		CHECK(woken, "not woken");
		got = take_frames(to);
		sleep_end(to->fd, !got);
		if (!got)
			sleep_begin(to->fd, POLLIN);
	}
	wait(NULL);
}

static void check_quiet(struct nm_desc *to)
{
	take_frames(to);
	sleep_begin(to->fd, POLLIN);
	CHECK(!sleeps_in_kernel(to->fd, QUIET_MS), "woken by nothing");
	sleep_end(to->fd, 1);
}

static void check_child(struct nm_desc *from, struct nm_desc *to)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		check_turn(from, to);
		_exit(failures != 0);
	}
	waitpid(pid, &status, 0);
	CHECK(status == 0, "a child was not woken");
}

int main(void)
{
	static const char *const backends[] = {"xdp", "packet"};

	sleep_begin = (int (*)(int, short))dlsym(RTLD_DEFAULT, "unetmap_sleep_begin");
	sleep_end = (int (*)(int, int))dlsym(RTLD_DEFAULT, "unetmap_sleep_end");
	make_quiet_pair();
	for (int b = 0; b < 2; b++) {
		struct nm_desc *from, *to;

		setenv("UNETMAP_NIC", backends[b], 1);
		from = open_port("netmap:nmv0");
		to = open_port("netmap:nmv1");
		check_quiet(to);
		for (int i = 0; i < TURNS && failures == 0; i++)
			check_turn(from, to);
		check_child(from, to);
		check_turn(from, to);
		check_quiet(to);
		nm_close(from);
		nm_close(to);
	}
	return failures != 0;
}
