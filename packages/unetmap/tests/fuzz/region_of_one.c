// SPDX-License-Identifier: BSD-2-Clause
#include "region_of_one.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "control/control.h"
#include "control/entry.h"
#include "core/region.h"
#include "core/sys.h"
#include "ports/port.h"
#include "ports/vale.h"
#include "ports/vale_persistent.h"

enum { PAGE = 4096 };

static char dir[64];
static char *edge; // a page that may be read and written, one that may be read, and none

void region_fault(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

static void remove_dir(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", dir);
	if (system(command))
		fprintf(stderr, "%s is left over\n", dir);
}

static const char *memory_dir(void)
{
	return access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
}

void region_begin(void)
{
	if (dir[0])
		return;
	snprintf(dir, sizeof dir, "%s/unetmap-fuzz.XXXXXX", memory_dir());
	REQUIRE(mkdtemp(dir));
	setenv("UNETMAP_DIR", dir, 1);
	atexit(remove_dir);
	edge = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(edge != MAP_FAILED);
	mprotect(edge + PAGE, PAGE, PROT_READ);
	mprotect(edge + 2 * PAGE, PAGE, PROT_NONE);
}

void handle_open(struct handle *h)
{
	int desc = control_open(O_CLOEXEC, &h->fd);

	REQUIRE(desc >= 0);
	h->desc = desc;
	h->map = NULL;
}

void handle_close(struct handle *h)
{
	if (h->fd < 0)
		return;
	if (h->map)
		munmap(h->map, h->map_bytes);
	sys_close(h->fd);
	control_closed(h->desc);
	h->fd = -1;
	h->map = NULL;
}

char *handle_map(struct handle *h)
{
	const struct desc *d = &segment->descs[h->desc];
	void *map;

	if (h->map || h->fd < 0 || d->port == NONE)
		return h->map;
	h->map_bytes = segment->areas[d->area].map_bytes;
	map = control_mmap(h->desc, NULL, h->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	REQUIRE(map != MAP_FAILED);
	h->map = map;
	return h->map;
}

static void remove_persistent(void)
{
	for (uint32_t id = 0; id < segment->port_high; id++) {
		char name[PORT_NAME_BYTES];
		struct port *port = port_at(id);
		uint32_t index;

		if (port->state != STATE_ACTIVE || !(port->flags & VALE_PERSISTENT) || port->kind != KIND_VALE)
			continue;
		if (port->sw != NONE) {
			vale_full_name(port, name);
			REQUIRE(!vale_detach(name, &index));
		}
		memcpy(name, port->name, sizeof name);
		REQUIRE(!vale_delif(name));
	}
}

static void hold_empty(void)
{
	for (uint32_t id = 0; id < segment->desc_high; id++)
		REQUIRE(segment->descs[id].state == STATE_FREE);
	for (uint32_t id = 0; id < segment->port_high; id++)
		REQUIRE(segment->ports[id].state == STATE_FREE);
	for (uint32_t id = 0; id < segment->area_high; id++)
		REQUIRE(segment->areas[id].state == STATE_FREE);
	for (uint32_t id = 0; id < MAX_SWITCHES; id++)
		REQUIRE(segment->switches[id].state == STATE_FREE);
}

void region_end(void)
{
	control_enter();
	remove_persistent();
	control_leave();
	control_enter();
	hold_empty();
	control_leave();
}

uint64_t hostile_address(uint8_t choice)
{
	const uint64_t addresses[] = {
		0,
		1,
		PAGE - 1,
		(uintptr_t)edge + PAGE - 8,	// the rest of it is read-only
		(uintptr_t)edge + 2 * PAGE - 8, // the rest of it is not there
		(uintptr_t)edge + 2 * PAGE,
		0x7ffffffff000,
		0xffff800000000000,
		UINT64_MAX,
		UINT64_MAX - 7,
	};

	return addresses[choice % (sizeof addresses / sizeof addresses[0])];
}
