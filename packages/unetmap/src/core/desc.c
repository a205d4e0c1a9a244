// SPDX-License-Identifier: BSD-2-Clause
#include "core/desc.h"

#include <string.h>

#include "core/area.h"
#include "core/barriers.h"
#include "core/doorbell.h"
#include "core/region.h"
#include "core/sys.h"

static int free_number(void)
{
	for (int id = 0; id < MAX_DESCS; id++)
		if (segment->descs[id].state == STATE_FREE)
			return id;
	return -ENFILE;
}

static int open_fifo(const char *path, int open_flags, struct stat *st)
{
	int fd, error;

	unlink(path);
	if (mkfifo(path, 0600))
		return errno == ENOSPC ? -ENOMEM : -errno;
	fd = sys_open(path, O_RDWR | O_NONBLOCK | open_flags, 0);
	error = fd < 0 ? fd : sys_fstat(fd, st);
	if (error < 0) {
		if (fd >= 0)
			sys_close(fd);
		unlink(path);
	}
	return error < 0 ? error : fd;
}

// The generation only grows, whoever dies in here.
static void clear(struct desc *d)
{
	publish(&d->gen, d->gen + 1);
	memset(&d->dev, 0, sizeof *d - offsetof(struct desc, dev));
	d->port = NONE;
}

int desc_create(int open_flags, int *fd)
{
	int id = free_number();
	char path[REGION_PATH_BYTES];
	struct stat st;
	struct desc *d;

	if (id < 0)
		return id;
	d = &segment->descs[id];
	doorbell_path(path, id, d->gen + 1);
	*fd = open_fifo(path, open_flags, &st);
	if (*fd < 0)
		return *fd;
	clear(d);
	d->dev = st.st_dev;
	d->ino = st.st_ino;
	publish(&d->state, STATE_ACTIVE);
	if (segment->desc_high <= (uint32_t)id)
		segment->desc_high = id + 1;
	return id;
}

// st_dev may differ between mount namespaces that see one file system, the inode number cannot.
static int is_fifo_of(const struct desc *d, const struct stat *st)
{
	return observe(&d->state) == STATE_ACTIVE && d->ino == st->st_ino;
}

static int same_file(uint16_t id, const struct stat *st)
{
	char path[REGION_PATH_BYTES];
	struct stat found;
	int fd, same;

	doorbell_path(path, id, segment->descs[id].gen);
	fd = sys_open(path, O_PATH | O_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	same = !sys_fstat(fd, &found) && found.st_ino == st->st_ino && found.st_dev == st->st_dev;
	sys_close(fd);
	return same;
}

int desc_find(int fd)
{
	struct stat st;

	if (sys_fstat(fd, &st) || !S_ISFIFO(st.st_mode))
		return -1;
	for (uint32_t id = 0; id < segment->desc_high; id++)
		if (is_fifo_of(&segment->descs[id], &st) && same_file(id, &st))
			return id;
	return -1;
}

// A FIFO that nobody has open for reading refuses writers with ENXIO.
static int is_open_somewhere(uint16_t id)
{
	char path[REGION_PATH_BYTES];
	int fd;

	doorbell_path(path, id, segment->descs[id].gen);
	fd = sys_open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0);
	if (fd >= 0)
		sys_close(fd);
	return fd != -ENXIO && fd != -ENOENT;
}

static int is_mapped(uint16_t id)
{
	struct desc *d = &segment->descs[id];

	return d->port != NONE && area_is_mapped_by(d->area, id);
}

int desc_is_alive(uint16_t id)
{
	return is_open_somewhere(id) || is_mapped(id);
}

void desc_remove(uint16_t id)
{
	char path[REGION_PATH_BYTES];

	doorbell_path(path, id, segment->descs[id].gen);
	unlink(path); // first: what has no FIFO is dead, and will be removed by the next who looks
	publish(&segment->descs[id].state, STATE_FREE);
}

static void unlink_door(uint16_t id, uint32_t gen)
{
	char path[REGION_PATH_BYTES];

	doorbell_path(path, id, gen);
	unlink(path);
}

// Whoever made a descriptor and died may have got as far as its FIFO, or its generation too.
void desc_sweep_files(void)
{
	for (uint32_t id = 0; id <= segment->desc_high && id < MAX_DESCS; id++) {
		const struct desc *d = &segment->descs[id];

		unlink_door(id, d->gen + 1);
		if (d->state == STATE_FREE)
			unlink_door(id, d->gen);
	}
}
