// SPDX-License-Identifier: BSD-2-Clause
//
// Proves that a region on a file system without room answers ENOMEM, wherever the room ends, and never
// kills who asks: opening the device, opening ports, asking for extra buffers; and that what is
// closed can be opened again. Each size is a file system of its own, which needs root.
#include <sched.h>
#include <sys/mount.h>

#include "../control/requests.h"

enum { MAX_OPEN = 2000, SKIPPED = 77, SMALLEST_KB = 16, LARGEST_KB = 32768, PLENTY_KB = 16384 };

static char dir[4096];

static void enter_file_system(int size_kb)
{
	char size[32];

	snprintf(size, sizeof size, "size=%dk", size_kb);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", dir, "tmpfs", 0, size))
		_exit(SKIPPED);
}

static int try_register(const char *name, uint32_t extra_bufs, int *fd)
{
	struct nmreq_register reg = {.nr_mode = NR_REG_ALL_NIC, .nr_extra_bufs = extra_bufs};
	int error;

	*fd = open(NETMAP_DEVICE_NAME, O_RDWR);
	if (*fd < 0)
		return errno;
	error = ask(*fd, name, NETMAP_REQ_REGISTER, &reg);
	if (error)
		close(*fd);
	return error;
}

// Opens ports until one cannot be, and says how many it were.
static int open_all(int size_kb)
{
	static int fds[MAX_OPEN];
	int count = 0, error = 0;

	while (count < MAX_OPEN && !error) {
		char name[32];

		if (count % 2)
			snprintf(name, sizeof name, "vale%d:p%d", count % 8, count);
		else
			snprintf(name, sizeof name, "pipe%d{1", count);
		error = try_register(name, count % 3 ? 0 : 500, &fds[count]);
		count += !error;
	}
	CHECK(error == ENOMEM, "%d KB: port %d: %s", size_kb, count, strerror(error));
	for (int i = 0; i < count; i++)
		close(fds[i]);
	return count;
}

static int fill(int size_kb)
{
	int first, second;

	enter_file_system(size_kb);
	if (size_kb < PLENTY_KB && !freopen("/dev/null", "w", stderr))
		return 1;
	first = open_all(size_kb);
	second = open_all(size_kb);
	CHECK(first == second, "%d KB: %d ports at first, then %d", size_kb, first, second);
	CHECK(size_kb < PLENTY_KB || first > 10, "%d KB: only %d ports", size_kb, first);
	fflush(stdout);
	return failures != 0;
}

static int in_child(int size_kb)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(fill(size_kb));
	waitpid(child, &status, 0);
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	printf("%d KB: killed by signal %d\n", size_kb, WTERMSIG(status));
	return 1;
}

int main(void)
{
	int failed = 0;

	snprintf(dir, sizeof dir, "%s/full", getenv("UNETMAP_DIR"));
	if (mkdir(dir, 0700) || setenv("UNETMAP_DIR", dir, 1))
		return 1;
	for (int size_kb = SMALLEST_KB; size_kb <= LARGEST_KB; size_kb += size_kb / 2) {
		int result = in_child(size_kb);

		if (result == SKIPPED) {
			printf("SKIP: may not mount a file system\n");
			return SKIPPED;
		}
		failed |= result;
	}
	return failed;
}
