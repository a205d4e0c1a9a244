// SPDX-License-Identifier: BSD-2-Clause
//
// System calls as the engine needs them: this library replaces open, close, mmap and friends for
// the program, so it must not call them by name itself. All return -errno on failure.
#ifndef UNETMAP_CORE_SYS_H_
#define UNETMAP_CORE_SYS_H_

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static inline long sys_result(long r)
{
	return r == -1 ? -errno : r;
}

static inline int sys_open(const char *path, int flags, mode_t mode)
{
	return sys_result(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

static inline int sys_close(int fd)
{
	return sys_result(syscall(SYS_close, fd));
}

static inline int sys_fcntl(int fd, int cmd, void *arg)
{
	return sys_result(syscall(SYS_fcntl, fd, cmd, arg));
}

static inline int sys_access(const char *path, int mode)
{
	return sys_result(syscall(SYS_faccessat, AT_FDCWD, path, mode));
}

static inline int sys_fstat(int fd, struct stat *st)
{
	return sys_result(syscall(SYS_fstat, fd, st));
}

static inline void *sys_mmap(size_t len, int prot, int flags, int fd, off_t off)
{
	return (void *)syscall(SYS_mmap, NULL, len, prot, flags, fd, off);
}

static inline long sys_read(int fd, void *buf, size_t len)
{
	return sys_result(syscall(SYS_read, fd, buf, len));
}

static inline long sys_write(int fd, const void *buf, size_t len)
{
	return sys_result(syscall(SYS_write, fd, buf, len));
}

// Sleeps with this mask of signals. 0, or -EINTR after one.
static inline int sys_sleep(const struct timespec *time, const sigset_t *mask)
{
	struct timespec left = *time; // the kernel writes what is left

	return sys_result(syscall(SYS_ppoll, NULL, 0, &left, mask, _NSIG / 8));
}

static inline void sys_nap(uint32_t us)
{
	const struct timespec t = {us / 1000000, us % 1000000 * 1000};

	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &t, NULL);
}

static inline int sys_futex_wait(uint32_t *word, uint32_t seen, const struct timespec *timeout)
{
	return sys_result(syscall(SYS_futex, word, FUTEX_WAIT, seen, timeout, NULL, 0));
}

static inline void sys_futex_wake(uint32_t *word, int count)
{
	syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

// Takes the pages of a part of a file now: a full file system must show here, as -ENOMEM, not later as
// SIGBUS to whoever touches them. One that cannot say is believed to have room.
static inline int sys_back(int fd, uint64_t ofs, uint64_t bytes)
{
	const long r = syscall(SYS_fallocate, fd, 0, ofs, bytes);

	return r && (errno == ENOSPC || errno == ENOMEM || errno == EDQUOT) ? -ENOMEM : 0;
}

// The index of a network interface of the host's, 0 if there is none of this name.
static inline int sys_interface_index(const char *name)
{
	struct ifreq wanted = {0};
	int fd = strlen(name) < IFNAMSIZ ? syscall(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	long r;

	if (fd < 0)
		return 0;
	memcpy(wanted.ifr_name, name, strlen(name) + 1);
	r = syscall(SYS_ioctl, fd, SIOCGIFINDEX, &wanted);
	sys_close(fd);
	return r ? 0 : wanted.ifr_ifindex;
}

#endif
