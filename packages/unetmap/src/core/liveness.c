// SPDX-License-Identifier: BSD-2-Clause
#include "core/liveness.h"

#include "core/barriers.h"
#include "core/region.h"
#include "core/sys.h"

// A mark is the client number + 1 in the low bits and above it how often the number was given out,
// so that a number's new owner is not taken for its dead predecessor.
enum { NUMBER_BITS = 12, NUMBER_MASK = (1 << NUMBER_BITS) - 1, GEN_MASK = 0x7ffff };

uint32_t client_mark;

static int lock_byte(int fd, short type, uint32_t byte)
{
	struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return sys_fcntl(fd, F_OFD_SETLK, &range);
}

int hold_byte(int fd, uint32_t byte)
{
	return lock_byte(fd, F_RDLCK, byte);
}

int byte_held(int fd, uint32_t byte)
{
	struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return !sys_fcntl(fd, F_OFD_GETLK, &range) && range.l_type != F_UNLCK;
}

static int open_clients(void)
{
	char path[REGION_PATH_BYTES];

	region_path(path, "clients");
	return sys_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static int take_number(int fd)
{
	for (uint32_t number = 0; number < MAX_CLIENTS; number++)
		if (!lock_byte(fd, F_WRLCK, number))
			return number;
	return -1;
}

// The mapping, not the descriptor, keeps the lock.
static int pin(int fd)
{
	long page = sysconf(_SC_PAGESIZE);
	void *map;

	if (ftruncate(fd, page))
		return -errno;
	map = sys_mmap(page, PROT_READ, MAP_SHARED, fd, 0);
	return map == MAP_FAILED || madvise(map, page, MADV_DONTFORK) ? -errno : 0;
}

static uint32_t new_mark(void)
{
	int fd = open_clients();
	int number = fd < 0 ? -1 : take_number(fd);
	uint32_t mark = MAX_CLIENTS + 1; // beyond all numbers: works, but looks dead to others

	if (number >= 0 && !pin(fd)) {
		uint32_t gen = ++segment->clients[number] & GEN_MASK;
		mark = gen << NUMBER_BITS | (number + 1);
	}
	if (fd >= 0)
		sys_close(fd);
	return mark;
}

uint32_t client_self(void)
{
	if (!glance(&client_mark)) {
		region_lock();
		if (!client_mark)
			scribble(&client_mark, new_mark());
		region_unlock();
	}
	return client_mark;
}

int client_alive(uint32_t mark)
{
	uint32_t number = (mark & NUMBER_MASK) - 1;
	int fd, alive;

	if (number >= MAX_CLIENTS || (glance(&segment->clients[number]) & GEN_MASK) != mark >> NUMBER_BITS)
		return mark == glance(&client_mark);
	if (mark == client_mark)
		return 1;
	fd = open_clients();
	if (fd < 0)
		return 1;
	alive = byte_held(fd, number);
	sys_close(fd);
	return alive;
}

void client_after_fork(void)
{
	client_mark = 0;
}
