// SPDX-License-Identifier: BSD-2-Clause
#include "client/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "control/control.h"
#include "core/desc.h"
#include "core/region.h"
#include "core/signals.h"
#include "core/sys.h"
#include "ports/nic_device.h"

int16_t fd_table[MAX_FDS];

static struct {
	uint32_t fd_count;
	int open_flags;
	int came; // from elsewhere: there may be copies of which nothing is known
} known[MAX_DESCS];

static pthread_mutex_t fd_lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t owner; // of these tables
static int involved;

// ---- the lock, which handlers ask for as well ----

static sigset_t lock(void)
{
	sigset_t old;

	signals_block(&old);
	pthread_mutex_lock(&fd_lock);
	return old;
}

static void unlock(sigset_t old)
{
	pthread_mutex_unlock(&fd_lock);
	signals_restore(&old);
}

// ---- whose they are ----

// Before there is anything in the tables that the child of a vfork might take for its own.
static void __attribute__((constructor)) take_tables(void)
{
	owner = getpid();
}

// The child of a vfork runs in its parent's memory: what it closes stays open for the parent.
int fd_table_is_borrowed(void)
{
	return owner && getpid() != owner;
}

void fd_before_fork(void)
{
	pthread_mutex_lock(&fd_lock);
}

void fd_after_fork(void)
{
	pthread_mutex_unlock(&fd_lock);
}

void fd_after_fork_in_child(void)
{
	take_tables();
	pthread_mutex_unlock(&fd_lock);
}

// ---- numbers ----

void fd_set_desc(int fd, uint16_t desc)
{
	sigset_t old;

	if ((unsigned)fd >= MAX_FDS || fd_table_is_borrowed())
		return;
	old = lock();
	if (fd_table[fd] <= FD_UNKNOWN) {
		scribble(&fd_table[fd], desc + 1);
		known[desc].fd_count++;
	}
	unlock(old);
}

static int forget(int fd)
{
	const sigset_t old = lock();
	const int desc = fd_table[fd] - 1;

	scribble(&fd_table[fd], FD_OTHER); // whatever is opened there next, we see it if it is netmap's
	if (desc >= 0)
		known[desc].fd_count--;
	unlock(old);
	return desc < 0 ? -1 : desc;
}

static int has_number(int desc)
{
	const sigset_t old = lock();
	const int has = known[desc].fd_count > 0;

	unlock(old);
	return has;
}

static void look_behind_all(void)
{
	for (int fd = 0; fd < MAX_FDS; fd++)
		fd_netmap(fd);
}

int fd_forget(int fd, int *last)
{
	int desc;

	*last = 0;
	if (fd_desc(fd) < 0 || fd_table_is_borrowed())
		return -1;
	desc = forget(fd);
	if (desc < 0)
		return -1;
	if (!has_number(desc) && known[desc].came)
		look_behind_all();
	*last = !has_number(desc);
	return desc;
}

static int has_fd_of(uint16_t port)
{
	for (uint32_t id = 0; id < segment->desc_high; id++)
		if (known[id].fd_count && observe(&segment->descs[id].port) == port)
			return 1;
	return 0;
}

void fd_closed(uint16_t desc)
{
	control_closed(desc);
	nic_device_let_go(desc, has_fd_of);
}

// ---- descriptors ----

int fd_open_device(int flags)
{
	int fd, desc;

	scribble(&involved, 1);
	desc = control_open(flags & O_CLOEXEC, &fd);
	if (desc >= 0 && fd >= MAX_FDS) {
		sys_close(fd);
		desc = -EMFILE;
	}
	if (desc < 0) {
		errno = -desc;
		return -1;
	}
	known[desc].fd_count = 0;
	known[desc].came = 0;
	known[desc].open_flags = flags & (O_ACCMODE | O_NONBLOCK);
	fd_set_desc(fd, desc);
	return fd;
}

int fd_any(void)
{
	return glance(&involved);
}

int fd_enter_region(void)
{
	int error = region_attach(0);

	if (!error)
		scribble(&involved, 1);
	return error;
}

// What a door's descriptor looks like from outside: sockets and the ends of a pipe do not.
static int may_be_door(int fd)
{
	struct stat st;

	return !sys_fstat(fd, &st) && S_ISFIFO(st.st_mode) && (sys_fcntl(fd, F_GETFL, NULL) & O_ACCMODE) == O_RDWR;
}

static void take_over(int fd, uint16_t desc)
{
	if (fd_table_is_borrowed())
		return;
	if (!known[desc].fd_count)
		known[desc].open_flags = O_RDWR;
	known[desc].came = 1;
	fd_set_desc(fd, desc);
}

static void remember_other(int fd)
{
	int16_t unknown = FD_UNKNOWN;

	if (!fd_table_is_borrowed())
		swap_if(&fd_table[fd], &unknown, FD_OTHER);
}

int fd_adopt(int fd)
{
	int desc = fd_desc(fd);
	int saved = errno;

	if (desc >= 0 || fd < 0 || fd >= MAX_FDS)
		return desc;
	if (may_be_door(fd) && !fd_enter_region())
		desc = desc_find(fd);
	errno = saved;
	if (desc >= 0)
		take_over(fd, desc);
	return desc;
}

int fd_look(int fd)
{
	const int desc = fd_adopt(fd);

	if (desc < 0)
		remember_other(fd);
	return desc;
}

int fd_open_flags(uint16_t desc)
{
	return known[desc].open_flags;
}

void fd_set_nonblock(uint16_t desc, int on)
{
	known[desc].open_flags = (known[desc].open_flags & ~O_NONBLOCK) | (on ? O_NONBLOCK : 0);
}
