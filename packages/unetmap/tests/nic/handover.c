// SPDX-License-Identifier: BSD-2-Clause
//
// A device whose owner has ended is waited for, however long the kernel takes to let go of what he had
// open, and nobody else of the region waits, too. A device whose owner lives is busy at once.
#include <sys/syscall.h>

#include "veth.h"

enum { FRAMES = 60, FRAME_BYTES = 60, LONG_MS = 1000, PROMPT_MS = 5000, MOST_FDS = 64 };

// What comes out of nmv0 leaves nms0 at 17 frames a second.
static void make_slow_way(void)
{
	if (run_quietly("ip link add nms0 type veth peer name nms1 && "
			"for end in nms0 nms1; do echo 1 >/proc/sys/net/ipv6/conf/$end/disable_ipv6; ip link set $end up; done && "
			"tc qdisc add dev nms0 root tbf rate 8kbit burst 1600 limit 100000 && tc qdisc add dev nmv1 clsact && "
			"tc filter add dev nmv1 ingress protocol all u32 match u32 0 0 action mirred egress redirect dev nms0"))
		skip("tc(8) cannot shape what comes by a veth pair");
}

// ---- owners ----

static void send_frames(struct nm_desc *d, int count)
{
	const char frame[FRAME_BYTES] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};

	for (int i = 0; i < count; i++)
		nm_inject(d, frame, sizeof frame);
	ioctl(d->fd, NIOCTXSYNC, NULL);
}

// A process that has the device, and has sent so many frames by it.
static pid_t start_owner(int frames)
{
	int to_parent;
	pid_t pid = fork_until_ready(&to_parent);

	if (pid == 0) {
		send_frames(open_port("netmap:nmv0"), frames);
		say_ready(to_parent);
		pause();
		_exit(1);
	}
	CHECK(pid > 0, "no owner");
	return pid;
}

// ---- who comes after them ----

static int error_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// What its socket sent is in a queue of another device's, and has the socket live on.
static void check_frames_on_their_way(void)
{
	int status = 0, others = 0;
	int64_t began;
	pid_t next;

	kill_and_wait(start_owner(FRAMES));
	began = now_ms();
	next = fork();
	if (next == 0)
		_exit(registers("nmv0", NR_REG_ALL_NIC, NR_EXCLUSIVE));
	while (!waitpid(next, &status, WNOHANG))
		others += !registers("vale0:other", NR_REG_ALL_NIC, 0);
	CHECK(status == 0, "%s after %d ms", strerror(error_of(status)), (int)(now_ms() - began));
	CHECK(others > 0 || now_ms() - began < LONG_MS, "everybody waited for %d ms", (int)(now_ms() - began));
}

// Takes over what a process has open.
static int take_files(pid_t pid, int *fds)
{
	int process = syscall(SYS_pidfd_open, pid, 0), count = 0;

	for (int fd = STDERR_FILENO + 1; fd < MOST_FDS; fd++) {
		int got = syscall(SYS_pidfd_getfd, process, fd, 0);

		if (got >= 0)
			fds[count++] = got;
	}
	close(process);
	return count;
}

// As the kernel does for a process that ends: the last first.
static void close_files(const int *fds, int count)
{
	while (count--)
		close(fds[count]);
}

// Between its memory, which goes first, and its files.
static void check_half_ended(void)
{
	const struct timespec while_dying = {.tv_nsec = 300 * 1000 * 1000};
	int fds[MOST_FDS], count, status = 0;
	pid_t owner = start_owner(0), next;

	count = take_files(owner, fds);
	kill_and_wait(owner);
	next = fork();
	if (next == 0) {
		close_files(fds, count);
		_exit(registers("nmv0", NR_REG_ALL_NIC, 0));
	}
	nanosleep(&while_dying, NULL);
	close_files(fds, count);
	waitpid(next, &status, 0);
	CHECK(status == 0, "%s", strerror(error_of(status)));
}

static int other_region(void)
{
	char dir[] = "/dev/shm/unetmap-other.XXXXXX";
	int status;

	if (!mkdtemp(dir))
		skip(dir);
	status = run_quietly("%s/bin/unetmap-run --dir %s %s/bin/pkt-gen -i netmap:nmv0 -f tx -n 1 >/dev/null",
			     getenv("BUILD"), dir, getenv("BUILD"));
	run_quietly("rm -rf %s", dir);
	return status;
}

static void check_living(void)
{
	pid_t owner = start_owner(0);
	const int64_t began = now_ms();

	CHECK(registers("nmv0", NR_REG_ALL_NIC, NR_EXCLUSIVE) == EBUSY, "not busy");
	CHECK(other_region(), "not busy for another region");
	CHECK(now_ms() - began < PROMPT_MS, "after %d ms", (int)(now_ms() - began));
	kill_and_wait(owner);
}

int main(void)
{
	make_quiet_pair();
	make_slow_way();
	setenv("UNETMAP_NIC", "xdp", 1);
	check_living();
	check_half_ended();
	check_frames_on_their_way();
	return failures != 0;
}
