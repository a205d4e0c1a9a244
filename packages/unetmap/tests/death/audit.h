// SPDX-License-Identifier: BSD-2-Clause
//
// The auditor: reads a region as it lies in its directory, without the engine's help, and says what
// does not add up: objects in use that nobody has, or had by two; ports, descriptors, switches and
// files that nobody will ever give back. The region must be at rest while it looks.
#ifndef TESTS_DEATH_AUDIT_H_
#define TESTS_DEATH_AUDIT_H_

#include <dirent.h>
#include <fcntl.h>
#include <net/netmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/segment.h"

struct audit {
	const struct segment *segment;
	int faults;
	uint32_t ports, descs, areas, switches; // alive
	uint32_t buffers;			// in use, of all areas
};

#define FAULT(a, ...)                                          \
	do {                                                   \
		if (++(a)->faults <= 10) {                     \
			printf("audit: " __VA_ARGS__);         \
			printf("\n");                          \
		}                                              \
	} while (0)

static inline const void *audit_map(const char *name, size_t *bytes)
{
	char path[4200];
	struct stat st;
	void *map = MAP_FAILED;
	int fd;

	snprintf(path, sizeof path, "%s/%s", getenv("UNETMAP_DIR"), name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && st.st_size) {
		*bytes = st.st_size;
		map = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	}
	close(fd);
	return map == MAP_FAILED ? NULL : map;
}

// ---- objects of an area ----

static inline int audit_bit(const uint64_t *words, uint32_t n)
{
	return words[n / 64] >> (n % 64) & 1;
}

// What `expected` counts of each object (0 or 1) must be what the area's bitmap says.
static inline void audit_pool(struct audit *a, unsigned id, const char *what, const uint64_t *used,
			      const uint8_t *expected, uint32_t total)
{
	uint32_t leaked = 0, loose = 0, shared = 0;

	for (uint32_t i = 0; i < total; i++) {
		leaked += audit_bit(used, i) && !expected[i];
		loose += !audit_bit(used, i) && expected[i];
		shared += expected[i] > 1;
	}
	if (leaked)
		FAULT(a, "area %u: %u %s taken that nobody has", id, leaked, what);
	if (loose)
		FAULT(a, "area %u: %u %s in hand that are not taken", id, loose, what);
	if (shared)
		FAULT(a, "area %u: %u %s in the hands of two", id, shared, what);
}

struct audit_area {
	const struct area *area;
	const char *base;
	uint8_t *ifs, *rings, *buffers;
};

static inline void audit_have(uint8_t *pool, uint32_t total, uint64_t n)
{
	if (n < total && pool[n] < 255)
		pool[n]++;
}

// A slot that the other end of a pipe shares counts once.
static inline void audit_ring(struct audit_area *x, const struct kring *k, int own_buffers)
{
	const struct netmap_ring *ring = (const void *)(x->base + k->ring_ofs);

	audit_have(x->rings, x->area->ring_total, (k->ring_ofs - x->area->ring_pool_ofs) / x->area->ring_bytes);
	for (uint32_t i = 0; own_buffers && i < k->num_slots; i++)
		audit_have(x->buffers, x->area->buf_total, ring->slot[i].buf_idx);
}

static inline void audit_desc(struct audit_area *x, const struct desc *d)
{
	const struct netmap_if *nif = (const void *)(x->base + d->if_ofs);
	uint32_t buffer = nif->ni_bufs_head;

	audit_have(x->ifs, x->area->if_total, d->if_ofs / x->area->if_bytes);
	for (uint32_t n = 0; buffer >= 2 && buffer < x->area->buf_total && n < x->area->buf_total; n++) {
		audit_have(x->buffers, x->area->buf_total, buffer);
		buffer = *(const uint32_t *)(x->base + x->area->buf_pool_ofs + (uint64_t)buffer * x->area->buf_bytes);
	}
}

static inline void audit_owners(struct audit *a, unsigned id, struct audit_area *x)
{
	for (uint32_t p = 0; p < a->segment->port_high; p++) {
		const struct port *port = &a->segment->ports[p];

		for (int dir = RX; dir <= TX && port->state == STATE_ACTIVE && port->area == id; dir++)
			for (int n = 0; n < MAX_RINGS; n++)
				if (port->rings[dir][n].active)
					audit_ring(x, &port->rings[dir][n], port->kind != KIND_PIPE || dir == TX);
	}
	for (uint32_t n = 0; n < a->segment->desc_high; n++) {
		const struct desc *d = &a->segment->descs[n];

		if (d->state == STATE_ACTIVE && d->port != NONE && d->area == id)
			audit_desc(x, d);
	}
}

static inline uint32_t audit_words(uint32_t bits)
{
	return (bits + 63) / 64;
}

static inline void audit_area(struct audit *a, unsigned id)
{
	const struct area *area = &a->segment->areas[id];
	struct audit_area x = {.area = area};
	const uint64_t *bits;
	char name[40];
	size_t bytes;

	snprintf(name, sizeof name, "mem-%u-%u", id + 1, area->gen);
	x.base = audit_map(name, &bytes);
	if (!x.base) {
		FAULT(a, "area %u has no file", id);
		return;
	}
	x.ifs = calloc(area->if_total, 1);
	x.rings = calloc(area->ring_total, 1);
	x.buffers = calloc(area->buf_total, 1);
	x.buffers[0] = x.buffers[1] = 1; // never handed out
	audit_owners(a, id, &x);
	bits = (const uint64_t *)(x.base + area->bitmaps_ofs);
	audit_pool(a, id, "interfaces", bits, x.ifs, area->if_total);
	bits += audit_words(area->if_total);
	audit_pool(a, id, "rings", bits, x.rings, area->ring_total);
	bits += audit_words(area->ring_total);
	audit_pool(a, id, "buffers", bits, x.buffers, area->buf_total);
	for (uint32_t i = 0; i < area->buf_total; i++)
		a->buffers += audit_bit(bits, i);
	free(x.ifs);
	free(x.rings);
	free(x.buffers);
	munmap((void *)x.base, bytes);
}

// ---- ports and what points to them ----

static inline const struct port *audit_port_at(struct audit *a, uint32_t id)
{
	const struct port *port = id < MAX_PORTS ? &a->segment->ports[id] : NULL;

	return port && port->state == STATE_ACTIVE ? port : NULL;
}

static inline int audit_is_user(struct audit *a, uint32_t id, uint16_t user)
{
	const struct desc *d = &a->segment->descs[user - 1];

	return d->state == STATE_ACTIVE && d->port == id && d->port_gen == a->segment->ports[id].gen;
}

static inline void audit_users(struct audit *a, uint32_t id, const struct port *port)
{
	uint32_t users = 0;

	for (int i = 0; i < MAX_USERS; i++)
		if (port->users[i]) {
			users++;
			if (!audit_is_user(a, id, port->users[i]))
				FAULT(a, "%s has a user that is none", port->name);
		}
	if (users != port->user_count)
		FAULT(a, "%s counts %u users and has %u", port->name, port->user_count, users);
}

static inline void audit_monitors(struct audit *a, uint32_t id, const struct port *port)
{
	for (int dir = RX; dir <= TX; dir++) {
		uint32_t count = 0;

		for (int i = 0; i < MAX_MONITORS; i++) {
			const struct port *m = port->monitors[dir][i] ? audit_port_at(a, port->monitors[dir][i] - 1u) : NULL;

			count += port->monitors[dir][i] != 0;
			if (port->monitors[dir][i] && (!m || m->kind != KIND_MONITOR || m->peer != id))
				FAULT(a, "%s is watched by what is no monitor of it", port->name);
		}
		if (count != port->monitor_count[dir])
			FAULT(a, "%s counts %u monitors and has %u", port->name, port->monitor_count[dir], count);
	}
}

static inline void audit_port(struct audit *a, uint32_t id)
{
	const struct port *port = &a->segment->ports[id];

	if (port->state == STATE_FREE)
		return;
	a->ports++;
	if (port->state != STATE_ACTIVE) {
		FAULT(a, "%s is half made", port->name);
		return;
	}
	audit_users(a, id, port);
	audit_monitors(a, id, port);
	if (a->segment->areas[port->area].state != STATE_ACTIVE)
		FAULT(a, "%s has no memory", port->name);
	if (port->kind == KIND_VALE && port->sw != NONE && a->segment->switches[port->sw].ports[port->sw_port] != id + 1)
		FAULT(a, "%s is not on its switch", port->name);
	if (port->kind == KIND_PIPE && (!audit_port_at(a, port->peer) || audit_port_at(a, port->peer)->peer != id))
		FAULT(a, "%s is a pipe with one end", port->name);
}

static inline void audit_switch(struct audit *a, uint32_t sw)
{
	const struct vale_switch *s = &a->segment->switches[sw];
	int used = 0;

	if (s->state == STATE_FREE)
		return;
	a->switches++;
	for (int i = 0; i < MAX_SWITCH_PORTS; i++) {
		const struct port *port = s->ports[i] ? audit_port_at(a, s->ports[i] - 1u) : NULL;

		used += s->ports[i] != 0;
		if (s->ports[i] && (!port || port->sw != sw || port->sw_port != i))
			FAULT(a, "switch %s: place %d holds a port that is not there", s->name, i);
	}
	if (!used)
		FAULT(a, "switch %s has no ports", s->name);
}

static inline void audit_holds(struct audit *a)
{
	uint32_t count = 0;

	for (int i = 0; i < MAX_HOLDS; i++) {
		const struct hold *h = &a->segment->holds[i];
		const uint32_t desc = (uint32_t)h->holder - 1;

		if (!h->holder)
			continue;
		count++;
		if (desc >= MAX_DESCS || a->segment->descs[desc].state != STATE_ACTIVE ||
		    a->segment->descs[desc].gen != h->holder >> 32)
			FAULT(a, "%s is held by nobody", h->port);
	}
	if (count != a->segment->hold_count)
		FAULT(a, "%u holds are counted and %u are there", a->segment->hold_count, count);
}

// ---- files ----

static inline void audit_file(struct audit *a, const char *name)
{
	unsigned id, gen;

	if (sscanf(name, "mem-%u-%u", &id, &gen) == 2) {
		const struct area *area = id - 1 < MAX_AREAS ? &a->segment->areas[id - 1] : NULL;

		if (!area || area->state != STATE_ACTIVE || area->gen != gen)
			FAULT(a, "file %s belongs to nobody", name);
	} else if (sscanf(name, "door-%u-%u", &id, &gen) == 2) {
		const struct desc *d = id < MAX_DESCS ? &a->segment->descs[id] : NULL;

		if (!d || d->state != STATE_ACTIVE || d->gen != gen)
			FAULT(a, "file %s belongs to nobody", name);
	}
}

static inline void audit_files(struct audit *a)
{
	DIR *dir = opendir(getenv("UNETMAP_DIR"));
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		audit_file(a, entry->d_name);
	if (dir)
		closedir(dir);
}

static inline struct audit audit_region(void)
{
	struct audit a = {0};
	size_t bytes;

	a.segment = audit_map("control", &bytes);
	if (!a.segment) {
		FAULT(&a, "no control segment");
		return a;
	}
	for (uint32_t id = 0; id < MAX_AREAS; id++)
		if (a.segment->areas[id].state == STATE_ACTIVE) {
			a.areas++;
			audit_area(&a, id);
		}
	for (uint32_t id = 0; id < MAX_PORTS; id++)
		audit_port(&a, id);
	for (uint32_t sw = 0; sw < MAX_SWITCHES; sw++)
		audit_switch(&a, sw);
	for (uint32_t id = 0; id < MAX_DESCS; id++)
		a.descs += a.segment->descs[id].state == STATE_ACTIVE;
	audit_holds(&a);
	audit_files(&a);
	munmap((void *)a.segment, bytes);
	a.segment = NULL;
	return a;
}

#endif
