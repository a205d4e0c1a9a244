// SPDX-License-Identifier: BSD-2-Clause
#include "core/region.h"

#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/barriers.h"
#include "core/sys.h"

struct segment *segment;

static char region_dir[REGION_PATH_BYTES - 64];
static char told_dir[sizeof region_dir]; // by region_use
static pthread_mutex_t process_lock = PTHREAD_MUTEX_INITIALIZER;
static int lock_fd = -1;
static int guarded;

static int complain(int error, const char *what)
{
	dprintf(STDERR_FILENO, "unetmap: %s: %s%s\n", region_dir, what,
		error == -EACCES ? " (set UNETMAP_DIR to a directory of yours)" : "");
	return error;
}

static void default_dir(char *dir, size_t bytes)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (runtime && *runtime == '/')
		snprintf(dir, bytes, "%s/unetmap", runtime);
	else
		snprintf(dir, bytes, "/dev/shm/unetmap-%u", (unsigned)geteuid());
}

// Relative directories are made absolute at once: the program may change its own later.
static void choose_dir(void)
{
	const char *asked = *told_dir ? told_dir : getenv("UNETMAP_DIR");
	char cwd[PATH_MAX];

	if (!asked || !*asked)
		default_dir(region_dir, sizeof region_dir);
	else if (*asked == '/' || !getcwd(cwd, sizeof cwd) ||
		 (size_t)snprintf(region_dir, sizeof region_dir, "%s/%s", cwd, asked) >= sizeof region_dir)
		snprintf(region_dir, sizeof region_dir, "%s", asked);
}

int region_use(const char *dir)
{
	int error = 0;

	if (*dir != '/')
		return -EINVAL;
	if (strlen(dir) >= sizeof told_dir)
		return -ENAMETOOLONG;
	pthread_mutex_lock(&process_lock);
	if (!segment)
		strcpy(told_dir, dir);
	else if (strcmp(region_dir, dir))
		error = -EBUSY;
	pthread_mutex_unlock(&process_lock);
	return error;
}

void region_path(char path[REGION_PATH_BYTES], const char *format, ...)
{
	va_list args;
	int n = snprintf(path, REGION_PATH_BYTES, "%s/", region_dir);

	va_start(args, format);
	vsnprintf(path + n, REGION_PATH_BYTES - n, format, args);
	va_end(args);
}

static int open_lock_file(int flags)
{
	char path[REGION_PATH_BYTES];

	region_path(path, "lock");
	return sys_open(path, O_RDWR | O_CLOEXEC | flags, 0600);
}

static void allow_writing(int allow)
{
	if (guarded && segment)
		mprotect(segment, sizeof *segment, allow ? PROT_READ | PROT_WRITE : PROT_READ);
}

void region_guard(void)
{
	guarded = 1;
}

// A fresh open file each time: flock() then excludes threads, and processes related by fork, too.
void region_lock(void)
{
	pthread_mutex_lock(&process_lock);
	lock_fd = open_lock_file(0);
	while (lock_fd >= 0 && syscall(SYS_flock, lock_fd, LOCK_EX) && errno == EINTR)
		;
	allow_writing(1);
}

void region_unlock(void)
{
	allow_writing(0);
	if (lock_fd >= 0) {
		syscall(SYS_flock, lock_fd, LOCK_UN);
		sys_close(lock_fd);
	}
	lock_fd = -1;
	pthread_mutex_unlock(&process_lock);
}

static int map_segment(int fd)
{
	struct segment *s = sys_mmap(sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (s == MAP_FAILED)
		return -errno;
	if (!s->magic) {
		s->version = SEGMENT_VERSION;
		s->bytes = sizeof *s;
		publish(&s->magic, SEGMENT_MAGIC);
	}
	if (s->magic != SEGMENT_MAGIC || s->version != SEGMENT_VERSION || s->bytes != sizeof *s) {
		munmap(s, sizeof *s);
		return -ENXIO;
	}
	publish(&segment, s);
	return 0;
}

static int map_control_file(int create)
{
	char path[REGION_PATH_BYTES];
	struct stat st;
	int fd, error;

	region_path(path, "control");
	fd = sys_open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
	if (fd < 0)
		return fd;
	error = sys_fstat(fd, &st);
	if (!error && st.st_size == 0)
		error = sys_result(ftruncate(fd, sizeof(struct segment)));
	else if (!error && st.st_size != sizeof(struct segment))
		error = -ENXIO;
	if (!error)
		error = map_segment(fd);
	sys_close(fd);
	return error;
}

static const char *reason(int error)
{
	switch (error) {
	case -ENOENT:
		return "no such directory";
	case -ENXIO:
		return "made by another version of unetmap; remove the directory or choose another one";
	case -EACCES:
	case -EROFS:
	case -EPERM:
		return "not writable";
	case -ENOTDIR:
		return "not a directory";
	case -ENOMEM:
	case -ENOSPC:
		return "no memory left for it";
	default:
		return strerror(-error);
	}
}

static int enter(int create)
{
	int error;

	if (create && mkdir(region_dir, 0700) && errno != EEXIST && errno != ENOENT)
		return -errno;
	lock_fd = open_lock_file(create ? O_CREAT : 0);
	if (lock_fd < 0)
		return lock_fd;
	syscall(SYS_flock, lock_fd, LOCK_EX);
	error = map_control_file(create);
	sys_close(lock_fd);
	lock_fd = -1;
	return error;
}

int region_attach(int create)
{
	int error = 0;

	if (observe(&segment))
		return 0;
	pthread_mutex_lock(&process_lock);
	if (!segment) {
		choose_dir();
		error = enter(create);
		if (error && create)
			complain(error, reason(error));
	}
	pthread_mutex_unlock(&process_lock);
	return error;
}

void region_before_fork(void)
{
	pthread_mutex_lock(&process_lock);
}

void region_after_fork(void)
{
	pthread_mutex_unlock(&process_lock);
}
