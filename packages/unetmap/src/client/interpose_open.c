// SPDX-License-Identifier: BSD-2-Clause
//
// Opening /dev/netmap.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/device_path.h"
#include "client/fds.h"
#include "client/real.h"

// What <fcntl.h> turns open() into with _FORTIFY_SOURCE.
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

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
		if (device_is(path))                          \
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
		if (device_is_at(dir, path))                       \
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
	return device_is(path) ? open_device(O_CREAT | O_WRONLY | O_TRUNC) : REAL(creat)(path, mode);
}

EXPORT int creat64(const char *path, mode_t mode)
{
	return device_is(path) ? open_device(O_CREAT | O_WRONLY | O_TRUNC) : REAL(creat64)(path, mode);
}

EXPORT int __open_2(const char *path, int flags)
{
	return device_is(path) ? open_device(flags) : REAL(__open_2)(path, flags);
}

EXPORT int __open64_2(const char *path, int flags)
{
	return device_is(path) ? open_device(flags) : REAL(__open64_2)(path, flags);
}

EXPORT int __openat_2(int dir, const char *path, int flags)
{
	return device_is_at(dir, path) ? open_device(flags) : REAL(__openat_2)(dir, path, flags);
}

EXPORT int __openat64_2(int dir, const char *path, int flags)
{
	return device_is_at(dir, path) ? open_device(flags) : REAL(__openat64_2)(dir, path, flags);
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
	return device_is(path) ? fopen_device(mode) : REAL(fopen)(path, mode);
}

EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return device_is(path) ? fopen_device(mode) : REAL(fopen64)(path, mode);
}
