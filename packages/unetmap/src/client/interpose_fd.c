// SPDX-License-Identifier: BSD-2-Clause
//
// File descriptors: ioctl, mmap, and everything that copies or closes them.
#include <errno.h>
#include <fcntl.h>
#include <net/netmap.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client/epoll_sets.h"
#include "client/fds.h"
#include "client/real.h"
#include "control/control.h"
#include "core/user_memory.h"

static int fail(int error)
{
	errno = error;
	return -1;
}

// ---- ioctl ----

static int is_netmap_request(unsigned long request)
{
	return _IOC_TYPE(request) == 'i' && _IOC_NR(request) >= 145 && _IOC_NR(request) <= 151;
}

// What the kernel answers for any file, before the device is asked.
static int is_file_request(unsigned long request)
{
	return request == FIONBIO || request == FIOCLEX || request == FIONCLEX;
}

static int file_request(int desc, int fd, unsigned long request, void *argument)
{
	int on, error;

	if (request != FIONBIO)
		return REAL(ioctl)(fd, request, NULL);
	error = copy_from_user(&on, (uintptr_t)argument, sizeof on);
	if (error)
		return fail(-error);
	fd_set_nonblock(desc, on);
	return 0;
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
	int desc = fd_netmap(fd);
	va_list args;
	void *argument;
	int error;

	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	if (desc < 0 && is_netmap_request(request))
		desc = fd_adopt(fd);
	if (desc < 0)
		return REAL(ioctl)(fd, request, argument);
	if (is_file_request((unsigned)request))
		return file_request(desc, fd, (unsigned)request, argument);
	error = control_ioctl(desc, (unsigned)request, (uintptr_t)argument);
	return error ? fail(-error) : 0;
}

// ---- mmap ----

static int may_map(uint16_t desc, int prot, int flags)
{
	int mode = fd_open_flags(desc) & O_ACCMODE;

	return mode == O_RDWR || (mode == O_RDONLY && !(prot & PROT_WRITE && flags & MAP_SHARED));
}

static void *map_desc(uint16_t desc, void *addr, size_t len, int prot, int flags, off_t ofs)
{
	if (!may_map(desc, prot, flags)) {
		errno = EACCES;
		return MAP_FAILED;
	}
	return control_mmap(desc, addr, len, prot, flags, ofs);
}

// A FIFO cannot be mapped: only then is it worth asking whether it is one of ours.
static void *map_unknown(void *failed, void *addr, size_t len, int prot, int flags, int fd, off_t ofs)
{
	int desc = failed == MAP_FAILED && errno == ENODEV ? fd_adopt(fd) : -1;

	return desc < 0 ? failed : map_desc(desc, addr, len, prot, flags, ofs);
}

EXPORT void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t ofs)
{
	int desc = flags & MAP_ANONYMOUS ? -1 : fd_desc(fd);

	if (desc >= 0)
		return map_desc(desc, addr, len, prot, flags, ofs);
	return map_unknown(REAL(mmap)(addr, len, prot, flags, fd, ofs), addr, len, prot, flags, fd, ofs);
}

EXPORT void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off64_t ofs)
{
	int desc = flags & MAP_ANONYMOUS ? -1 : fd_desc(fd);

	if (desc >= 0)
		return map_desc(desc, addr, len, prot, flags, ofs);
	return map_unknown(REAL(mmap64)(addr, len, prot, flags, fd, ofs), addr, len, prot, flags, fd, ofs);
}

// ---- closing ----

// Asked only where there is something to lose, because it is a system call.
static int is_borrowed(int fd)
{
	return (epoll_set(fd) >= 0 || fd_desc(fd) >= 0) && fd_table_is_borrowed();
}

// Returns the descriptor that goes when fd is closed, or -1.
static int before_close(int fd)
{
	int desc, last;

	if (is_borrowed(fd))
		return -1;
	desc = fd_forget(fd, &last);
	epoll_sets_forget(fd, desc);
	return last ? desc : -1;
}

static void after_close(int desc)
{
	int saved = errno;

	if (desc >= 0)
		fd_closed(desc);
	errno = saved;
}

EXPORT int close(int fd)
{
	int gone = before_close(fd);
	int r = REAL(close)(fd);

	after_close(gone);
	return r;
}

EXPORT int fclose(FILE *file)
{
	int gone = file ? before_close(fileno_unlocked(file)) : -1;
	int r = REAL(fclose)(file);

	after_close(gone);
	return r;
}

static void forget_range(unsigned first, unsigned last)
{
	for (unsigned fd = first; fd <= last && fd < MAX_FDS; fd++)
		before_close(fd);
}

EXPORT int close_range(unsigned first, unsigned last, int flags)
{
	if (!(flags & CLOSE_RANGE_CLOEXEC))
		forget_range(first, last);
	return REAL(close_range)(first, last, flags);
}

EXPORT void closefrom(int first)
{
	forget_range(first < 0 ? 0 : first, MAX_FDS);
	REAL(closefrom)(first);
}

// ---- copying ----

// Who copies what it has inherited is often the child of a vfork, which only looks: the first use finds out what the copy is.
static int copied(int old, int fd)
{
	const int desc = fd_desc(old);

	if (fd < 0)
		return fd;
	if (desc >= 0)
		fd_set_desc(fd, desc);
	epoll_sets_copied(old, fd);
	return fd;
}

EXPORT int dup(int fd)
{
	return copied(fd, REAL(dup)(fd));
}

// What the new number stood for before is closed by the call.
static int replaced(int old, int new, int r)
{
	int gone;

	if (r < 0 || old == new)
		return r;
	gone = before_close(new);
	copied(old, r);
	after_close(gone);
	return r;
}

EXPORT int dup2(int old, int new)
{
	return replaced(old, new, REAL(dup2)(old, new));
}

EXPORT int dup3(int old, int new, int flags)
{
	return replaced(old, new, REAL(dup3)(old, new, flags));
}

static int get_flags(uint16_t desc)
{
	return fd_open_flags(desc) | (sizeof(long) == 8 ? 0 : O_LARGEFILE);
}

// The FIFO itself stays non-blocking whatever the program wants.
static int set_flags(uint16_t desc, long flags)
{
	fd_set_nonblock(desc, flags & O_NONBLOCK);
	return 0;
}

static int fcntl_any(int fd, int cmd, long argument, __typeof__(&fcntl) real)
{
	const int desc = cmd == F_GETFL || cmd == F_SETFL ? fd_netmap(fd) : fd_desc(fd);

	if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC)
		return copied(fd, real(fd, cmd, argument));
	if (desc >= 0 && cmd == F_GETFL)
		return get_flags(desc);
	if (desc >= 0 && cmd == F_SETFL)
		return set_flags(desc, argument);
	return real(fd, cmd, argument);
}

#define DEFINE_FCNTL(name)                                            \
	EXPORT int name(int fd, int cmd, ...)                         \
	{                                                             \
		va_list args;                                         \
		long argument;                                        \
                                                                      \
		va_start(args, cmd);                                  \
		argument = va_arg(args, long);                        \
		va_end(args);                                         \
		return fcntl_any(fd, cmd, argument, REAL(name));      \
	}

DEFINE_FCNTL(fcntl)
DEFINE_FCNTL(fcntl64)
