// SPDX-License-Identifier: BSD-2-Clause
#include "look.h"

#include <errno.h>
#include <libnetmap.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

static uint64_t
monotonic_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int
parse_ring(struct aim *aim, const char *text)
{
	char dir[3];
	unsigned int ring;
	int end = 0;

	if (sscanf(text, "%2[rtx]%3u%n", dir, &ring, &end) != 2 || text[end] != '\0')
		return -1;
	if (strcmp(dir, "rx") != 0 && strcmp(dir, "tx") != 0)
		return -1;
	aim->one_ring = 1;
	aim->dir = *dir == 't';
	aim->ring = (uint16_t)ring;
	return 0;
}

int
aim_parse(struct aim *aim, const char *text)
{
	const char *slash = strrchr(text, '/');
	size_t bytes = slash ? (size_t)(slash - text) : strlen(text);

	memset(aim, 0, sizeof(*aim));
	if (bytes == 0 || bytes >= sizeof(aim->port))
		return -1;
	memcpy(aim->port, text, bytes);
	return slash ? parse_ring(aim, slash + 1) : 0;
}

static int
is_framed(const struct aims *aims, const char *port, uint16_t dir, uint16_t ring)
{
	const struct aim *f = &aims->framed;

	return aims->frame_count > 0 && dir == f->dir && ring == f->ring &&
		strncmp(port, f->port, sizeof(f->port)) == 0;
}

// 0 = read; 1 = no such ring; -1 with errno.
static int
read_ring(struct ring_look *r, const struct aims *aims, const char *port, uint16_t dir, uint16_t ring,
	int fd)
{
	struct nmreq_header hdr;
	int framed = is_framed(aims, port, dir, ring);

	memset(&r->at, 0, sizeof(r->at));
	memcpy(r->port, port, sizeof(r->port));
	r->at.dir = dir;
	r->at.ring = ring;
	r->at.room = LOOK_MAX_SLOTS;
	r->at.slots = (uintptr_t)r->slots;
	r->at.frames = framed ? (uintptr_t)r->frames : 0;
	r->at.first_frame = aims->first_frame;
	r->at.frame_count = framed ? aims->frame_count : 0;
	nmreq_header_init(&hdr, UNETMAP_REQ_RING_GET, &r->at);
	memcpy(hdr.nr_name, port, sizeof(hdr.nr_name));
	if (ioctl(fd, NIOCCTRL, &hdr) == 0)
		return 0;
	return errno == ENOENT ? 1 : -1;
}

static int
read_direction(struct look *look, const struct aims *aims, const char *port, uint16_t dir, int fd)
{
	int r = 0;

	for (uint16_t ring = 0; r == 0 && look->count < LOOK_MAX_RINGS; ring++) {
		r = read_ring(&look->rings[look->count], aims, port, dir, ring, fd);
		look->count += r == 0;
	}
	return r < 0 ? -1 : 0;
}

static int
read_aim(struct look *look, const struct aims *aims, const struct aim *aim, int fd)
{
	int r;

	if (!aim->one_ring)
		return read_direction(look, aims, aim->port, 0, fd) == 0 &&
			read_direction(look, aims, aim->port, 1, fd) == 0 ? 0 : -1;
	if (look->count == LOOK_MAX_RINGS)
		return 0;
	r = read_ring(&look->rings[look->count], aims, aim->port, aim->dir, aim->ring, fd);
	look->count += r == 0;
	return r < 0 ? -1 : 0;
}

int
look_take(struct look *look, const struct aims *aims, int fd)
{
	look->count = 0;
	look->known = 1;
	look->ts_us = monotonic_us();
	for (size_t i = 0; i < aims->count; i++) {
		if (read_aim(look, aims, &aims->ports[i], fd) == 0)
			continue;
		if (errno != EINVAL)
			return -1;
		look->known = 0;
	}
	return 0;
}
