// SPDX-License-Identifier: BSD-2-Clause
//
// Paths: opening /dev/netmap, and the answers of a character device to those who ask about it.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/netmap.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "client/fds.h"
#include "client/real.h"

// What <fcntl.h> turns open() into with _FORTIFY_SOURCE.
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);
// What <sys/stat.h> turned stat() into before glibc 2.33.
int __xstat(int version, const char *path, struct stat *st);
int __xstat64(int version, const char *path, struct stat64 *st);

// ---- which path ----

static const char leaf[] = "netmap";

static int ends_with_leaf(const char *path, size_t length)
{
	const size_t rest = length - (sizeof leaf - 1);

	return length >= sizeof leaf - 1 && !memcmp(path + rest, leaf, sizeof leaf) && (!rest || path[rest - 1] == '/');
}

static int is_same_directory(int dir, const char *path)
{
	struct stat here, devices;

	return !REAL(fstatat)(dir, path, &here, 0) && !REAL(fstatat)(AT_FDCWD, "/dev", &devices, 0) &&
	       here.st_dev == devices.st_dev && here.st_ino == devices.st_ino;
}

// Another way to write it, or from within some directory. `length` is that of the path.
static int leads_to_device(int dir, const char *path, size_t length)
{
	char parent[PATH_MAX] = ".";
	const size_t rest = length - (sizeof leaf - 1);
	int saved = errno, leads;

	if (rest >= sizeof parent)
		return 0;
	if (rest)
		memcpy(parent, path, rest);
	leads = is_same_directory(dir, parent);
	errno = saved;
	return leads;
}

static int is_device_at(int dir, const char *path)
{
	size_t length;

	if (!path)
		return 0;
	length = strlen(path);
	if (!ends_with_leaf(path, length))
		return 0;
	return !strcmp(path, NETMAP_DEVICE_NAME) || leads_to_device(dir, path, length);
}

static int is_device(const char *path)
{
	return is_device_at(AT_FDCWD, path);
}

// ---- open ----

// It is there, and no directory.
static int open_device(int flags)
{
	if (flags & O_DIRECTORY)
		errno = ENOTDIR;
	else if (flags & O_CREAT && flags & O_EXCL)
		errno = EEXIST;
	else
		return fd_open_device(flags);
	return -1;
}

static inline mode_t mode_argument(int flags, va_list args)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(args, mode_t) : 0;
}

#define DEFINE_OPEN(name)                                     \
	EXPORT int name(const char *path, int flags, ...)     \
	{                                                     \
		va_list args;                                 \
		mode_t mode;                                  \
                                                              \
		if (is_device(path))                          \
			return open_device(flags);         \
		va_start(args, flags);                        \
		mode = mode_argument(flags, args);            \
		va_end(args);                                 \
		return REAL(name)(path, flags, mode);         \
	}

#define DEFINE_OPENAT(name)                                        \
	EXPORT int name(int dir, const char *path, int flags, ...) \
	{                                                          \
		va_list args;                                      \
		mode_t mode;                                       \
                                                                   \
		if (is_device_at(dir, path))                               \
			return open_device(flags);              \
		va_start(args, flags);                             \
		mode = mode_argument(flags, args);                 \
		va_end(args);                                      \
		return REAL(name)(dir, path, flags, mode);         \
	}

DEFINE_OPEN(open)
DEFINE_OPEN(open64)
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)

EXPORT int creat(const char *path, mode_t mode)
{
	return is_device(path) ? open_device(O_CREAT | O_WRONLY | O_TRUNC) : REAL(creat)(path, mode);
}

EXPORT int creat64(const char *path, mode_t mode)
{
	return is_device(path) ? open_device(O_CREAT | O_WRONLY | O_TRUNC) : REAL(creat64)(path, mode);
}

EXPORT int __open_2(const char *path, int flags)
{
	return is_device(path) ? open_device(flags) : REAL(__open_2)(path, flags);
}

EXPORT int __open64_2(const char *path, int flags)
{
	return is_device(path) ? open_device(flags) : REAL(__open64_2)(path, flags);
}

EXPORT int __openat_2(int dir, const char *path, int flags)
{
	return is_device_at(dir, path) ? open_device(flags) : REAL(__openat_2)(dir, path, flags);
}

EXPORT int __openat64_2(int dir, const char *path, int flags)
{
	return is_device_at(dir, path) ? open_device(flags) : REAL(__openat64_2)(dir, path, flags);
}

static FILE *fopen_device(const char *mode)
{
	int update = strchr(mode, '+') != NULL;
	int flags = update ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
	int fd = fd_open_device(flags | (strchr(mode, 'e') ? O_CLOEXEC : 0));

	return fd < 0 ? NULL : fdopen(fd, mode);
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
	return is_device(path) ? fopen_device(mode) : REAL(fopen)(path, mode);
}

EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return is_device(path) ? fopen_device(mode) : REAL(fopen64)(path, mode);
}

// ---- stat and access ----

static int describe_device(struct stat *st)
{
	memset(st, 0, sizeof *st);
	st->st_mode = S_IFCHR | 0600;
	st->st_nlink = 1;
	st->st_uid = geteuid();
	st->st_gid = getegid();
	st->st_rdev = makedev(10, 60);
	st->st_blksize = 4096;
	return 0;
}

#define DEFINE_STAT(name, type)                                  \
	EXPORT int name(const char *path, struct type *st)       \
	{                                                        \
		if (is_device(path))                             \
			return describe_device((struct stat *)st); \
		return REAL(name)(path, st);                     \
	}

#define DEFINE_FSTAT(name, type)                                   \
	EXPORT int name(int fd, struct type *st)                   \
	{                                                          \
		if (fd_desc(fd) >= 0)                              \
			return describe_device((struct stat *)st); \
		return REAL(name)(fd, st);                         \
	}

#define DEFINE_FSTATAT(name, type)                                                    \
	EXPORT int name(int dir, const char *path, struct type *st, int flags)        \
	{                                                                             \
		int whole = flags & AT_EMPTY_PATH && fd_desc(dir) >= 0 && !*path;          \
                                                                                      \
		if (whole || is_device_at(dir, path))                                         \
			return describe_device((struct stat *)st);                    \
		return REAL(name)(dir, path, st, flags);                              \
	}

_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "one layout for both");
DEFINE_STAT(stat, stat)
DEFINE_STAT(stat64, stat64)
DEFINE_STAT(lstat, stat)
DEFINE_STAT(lstat64, stat64)
DEFINE_FSTAT(fstat, stat)
DEFINE_FSTAT(fstat64, stat64)
DEFINE_FSTATAT(fstatat, stat)
DEFINE_FSTATAT(fstatat64, stat64)

EXPORT int __xstat(int version, const char *path, struct stat *st)
{
	return is_device(path) ? describe_device(st) : REAL(__xstat)(version, path, st);
}

EXPORT int __xstat64(int version, const char *path, struct stat64 *st)
{
	return is_device(path) ? describe_device((struct stat *)st) : REAL(__xstat64)(version, path, st);
}

EXPORT int access(const char *path, int how)
{
	return is_device(path) ? 0 : REAL(access)(path, how);
}

EXPORT int faccessat(int dir, const char *path, int how, int flags)
{
	return is_device_at(dir, path) ? 0 : REAL(faccessat)(dir, path, how, flags);
}
