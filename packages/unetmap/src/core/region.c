// SPDX-License-Identifier: BSD-2-Clause
#include "core/region.h"

#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "core/barriers.h"
#include "core/signals.h"
#include "core/sys.h"

struct segment *segment;

static char region_dir[REGION_PATH_BYTES - 64];
static char told_dir[sizeof region_dir]; // by region_use
static pthread_mutex_t process_lock = PTHREAD_MUTEX_INITIALIZER;
static int is_default; // it is the one in /dev/shm
static int lock_fd = -1;
static int guarded;

static int complain(int error, const char *what)
{
	dprintf(STDERR_FILENO, "unetmap: %s: %s%s\n", region_dir, what,
		error == -EACCES || error == -ENOENT ? " (set UNETMAP_DIR to a directory of yours)" : "");
	return error;
}

static void default_dir(char *dir, size_t bytes)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (runtime && *runtime == '/')
		snprintf(dir, bytes, "%s/unetmap", runtime);
	else
		is_default = snprintf(dir, bytes, "/dev/shm/unetmap-%u", (unsigned)geteuid()) > 0;
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

// What all processes look at; the ports get their pages when they are made. Size 0 = nobody did it.
static int make_segment(int fd)
{
	int error = sys_result(ftruncate(fd, sizeof(struct segment)));

	if (!error)
		error = sys_back(fd, 0, offsetof(struct segment, ports));
	if (!error)
		error = sys_back(fd, offsetof(struct segment, modules),
				 sizeof(struct segment) - offsetof(struct segment, modules));
	if (error && ftruncate(fd, 0))
		return -errno;
	return error;
}

int region_back(const void *start, size_t bytes)
{
	char path[REGION_PATH_BYTES];
	int fd, error;

	region_path(path, "control");
	fd = sys_open(path, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	error = sys_back(fd, (const char *)start - (const char *)segment, bytes);
	sys_close(fd);
	return error;
}

int region_has_room(uint64_t bytes)
{
	struct statfs fs;

	if (statfs(region_dir, &fs) || !fs.f_blocks) // tmpfs without a limit has no blocks
		return 0;
	return (uint64_t)fs.f_bavail * fs.f_bsize < bytes ? -ENOMEM : 0;
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
		error = make_segment(fd);
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

// In a place where everybody may make directories, one that somebody else has made is not ours.
static int check_owner(void)
{
	struct stat st;
	int fd;

	if (!is_default)
		return 0;
	fd = sys_open(region_dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0)
		return fd == -ENOTDIR ? -EACCES : fd;
	if (!sys_fstat(fd, &st) && st.st_uid == geteuid())
		is_default = 0; // no need to ask again
	sys_close(fd);
	return is_default ? -EACCES : 0;
}

static int enter(int create)
{
	int error;

	if (create && mkdir(region_dir, 0700) && errno != EEXIST && errno != ENOENT)
		return -errno;
	error = check_owner();
	if (error)
		return error;
	lock_fd = open_lock_file(create ? O_CREAT : 0);
	if (lock_fd < 0)
		return lock_fd;
	syscall(SYS_flock, lock_fd, LOCK_EX);
	error = map_control_file(create);
	sys_close(lock_fd);
	lock_fd = -1;
	return error;
}

static int attach(int create)
{
	int error = 0;

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

// A handler may be the next to use a descriptor that came by exec.
int region_attach(int create)
{
	sigset_t old;
	int error;

	if (observe(&segment))
		return 0;
	signals_block_handled(&old);
	error = attach(create);
	signals_restore(&old);
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
