// SPDX-License-Identifier: BSD-2-Clause
//
// The answers of a character device to those who ask about /dev/netmap.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "client/device_path.h"
#include "client/fds.h"
#include "client/real.h"
#include "client/user_pages.h"
#include "core/user_memory.h"

enum { DEVICE_MODE = S_IFCHR | 0600, DEVICE_MAJOR = 10, DEVICE_MINOR = 60, BLOCK_BYTES = 4096 };

// What <sys/stat.h> turned stat() and its kin into before glibc 2.33.
int __xstat(int version, const char *path, struct stat *st);
int __xstat64(int version, const char *path, struct stat64 *st);
int __lxstat(int version, const char *path, struct stat *st);
int __lxstat64(int version, const char *path, struct stat64 *st);
int __fxstat(int version, int fd, struct stat *st);
int __fxstat64(int version, int fd, struct stat64 *st);
int __fxstatat(int version, int dir, const char *path, struct stat *st, int flags);
int __fxstatat64(int version, int dir, const char *path, struct stat64 *st, int flags);

static int fail(int error)
{
	errno = error;
	return -1;
}

static int answer(void *to, const void *from, size_t bytes)
{
	return copy_to_user((uintptr_t)to, from, bytes) ? fail(EFAULT) : 0;
}

// ---- stat ----

static int describe(void *to)
{
	const struct stat device = {
		.st_mode = DEVICE_MODE,
		.st_nlink = 1,
		.st_uid = geteuid(),
		.st_gid = getegid(),
		.st_rdev = makedev(DEVICE_MAJOR, DEVICE_MINOR),
		.st_blksize = BLOCK_BYTES,
	};

	return answer(to, &device, sizeof device);
}

// The device itself, by a descriptor and no path.
static int is_descriptor(int fd, const char *path, int flags)
{
	return flags & AT_EMPTY_PATH && (!path || !user_path_length(path)) && fd_netmap(fd) >= 0;
}

static int is_named(int dir, const char *path, int flags)
{
	return is_descriptor(dir, path, flags) || device_is_at(dir, path);
}

_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "one layout for both");

#define DEFINE_DESCRIBED(name, parameters, arguments, is_ours)                 \
	EXPORT int name parameters                                             \
	{                                                                      \
		return is_ours ? describe(st) : REAL(name) arguments;          \
	}

#define DEFINE_STAT(name, type) DEFINE_DESCRIBED(name, (const char *path, struct type *st), (path, st), device_is(path))
#define DEFINE_FSTAT(name, type) DEFINE_DESCRIBED(name, (int fd, struct type *st), (fd, st), fd_netmap(fd) >= 0)
#define DEFINE_FSTATAT(name, type)                                                                       \
	DEFINE_DESCRIBED(name, (int dir, const char *path, struct type *st, int flags), (dir, path, st, flags), \
			 is_named(dir, path, flags))
#define DEFINE_XSTAT(name, type)                                                                       \
	DEFINE_DESCRIBED(name, (int version, const char *path, struct type *st), (version, path, st), \
			 device_is(path))
#define DEFINE_FXSTAT(name, type) \
	DEFINE_DESCRIBED(name, (int version, int fd, struct type *st), (version, fd, st), fd_netmap(fd) >= 0)
#define DEFINE_FXSTATAT(name, type)                                                               \
	DEFINE_DESCRIBED(name, (int version, int dir, const char *path, struct type *st, int flags), \
			 (version, dir, path, st, flags), is_named(dir, path, flags))

DEFINE_STAT(stat, stat)
DEFINE_STAT(stat64, stat64)
DEFINE_STAT(lstat, stat)
DEFINE_STAT(lstat64, stat64)
DEFINE_FSTAT(fstat, stat)
DEFINE_FSTAT(fstat64, stat64)
DEFINE_FSTATAT(fstatat, stat)
DEFINE_FSTATAT(fstatat64, stat64)
DEFINE_XSTAT(__xstat, stat)
DEFINE_XSTAT(__xstat64, stat64)
DEFINE_XSTAT(__lxstat, stat)
DEFINE_XSTAT(__lxstat64, stat64)
DEFINE_FXSTAT(__fxstat, stat)
DEFINE_FXSTAT(__fxstat64, stat64)
DEFINE_FXSTATAT(__fxstatat, stat)
DEFINE_FXSTATAT(__fxstatat64, stat64)

static int describe_extended(void *to)
{
	const struct statx device = {
		.stx_mask = STATX_BASIC_STATS,
		.stx_mode = DEVICE_MODE,
		.stx_nlink = 1,
		.stx_uid = geteuid(),
		.stx_gid = getegid(),
		.stx_rdev_major = DEVICE_MAJOR,
		.stx_rdev_minor = DEVICE_MINOR,
		.stx_blksize = BLOCK_BYTES,
	};

	return answer(to, &device, sizeof device);
}

EXPORT int statx(int dir, const char *path, int flags, unsigned mask, struct statx *to)
{
	return is_named(dir, path, flags) ? describe_extended(to) : REAL(statx)(dir, path, flags, mask, to);
}

// ---- access ----

static int may(int how)
{
	if (how & ~(R_OK | W_OK | X_OK))
		return fail(EINVAL);
	return how & X_OK ? fail(EACCES) : 0;
}

EXPORT int access(const char *path, int how)
{
	return device_is(path) ? may(how) : REAL(access)(path, how);
}

EXPORT int eaccess(const char *path, int how)
{
	return device_is(path) ? may(how) : REAL(eaccess)(path, how);
}

EXPORT int euidaccess(const char *path, int how)
{
	return device_is(path) ? may(how) : REAL(euidaccess)(path, how);
}

EXPORT int faccessat(int dir, const char *path, int how, int flags)
{
	return is_named(dir, path, flags) ? may(how) : REAL(faccessat)(dir, path, how, flags);
}

// ---- extended attributes, which ls -l asks for: there are none ----

#define DEFINE_NO_ATTRIBUTE(name)                                                                               \
	EXPORT ssize_t name(const char *path, const char *attribute, void *to, size_t room)                     \
	{                                                                                                       \
		return device_is(path) ? fail(ENODATA) : REAL(name)(path, attribute, to, room);                 \
	}

#define DEFINE_NO_ATTRIBUTES(name)                                                   \
	EXPORT ssize_t name(const char *path, char *to, size_t room)                 \
	{                                                                            \
		return device_is(path) ? 0 : REAL(name)(path, to, room);             \
	}

DEFINE_NO_ATTRIBUTE(getxattr)
DEFINE_NO_ATTRIBUTE(lgetxattr)
DEFINE_NO_ATTRIBUTES(listxattr)
DEFINE_NO_ATTRIBUTES(llistxattr)
