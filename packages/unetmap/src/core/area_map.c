// SPDX-License-Identifier: BSD-2-Clause
//
// Areas in memory: the program's mappings, and the engine's own views.
#include <pthread.h>
#include <string.h>

#include "core/area.h"
#include "core/area_file.h"
#include "core/liveness.h"
#include "core/sys.h"

struct area_view area_views[MAX_AREAS];

static pthread_mutex_t view_lock = PTHREAD_MUTEX_INITIALIZER;

// By thread; those that come when all were dealt out, and whoever is to come when they have ended, have the last.
enum { PIN_PLACES = 64 };
static struct {
	__attribute__((aligned(64))) uint32_t pins;
} pin_places[PIN_PLACES];
static uint32_t places_dealt;
__thread uint32_t *area_own_pins;

// Out of use, but perhaps still looked at by a sync that began before.
struct stale_view {
	char *base;
	uint64_t bytes;
};
static struct stale_view stale[MAX_AREAS];
static int stale_count;

// ---- the program's ----

// A device may be the host's own file, where the host's descriptors have theirs.
static uint32_t byte_of(uint16_t id, uint16_t desc)
{
	return segment->areas[id].is_guest ? MAX_DESCS + desc : desc;
}

void *area_map_for_program(uint16_t id, uint16_t desc, void *addr, size_t len, int prot, int flags, off_t ofs)
{
	void *map = MAP_FAILED;
	int fd, error;

	pthread_mutex_lock(&view_lock); // a child must not get this descriptor, and hold the byte with it
	fd = area_open_file(id, segment->areas[id].gen, O_RDWR);
	error = fd < 0 ? fd : hold_byte(fd, byte_of(id, desc));
	if (!error) {
		map = (void *)syscall(SYS_mmap, addr, len, prot, flags, fd, ofs);
		error = map == MAP_FAILED ? -errno : 0;
	}
	if (fd >= 0)
		sys_close(fd);
	pthread_mutex_unlock(&view_lock);
	if (error)
		errno = -error;
	return map;
}

int area_is_mapped_by(uint16_t id, uint16_t desc)
{
	int fd = area_open_file(id, segment->areas[id].gen, O_RDWR);
	int held = fd >= 0 && byte_held(fd, byte_of(id, desc));

	if (fd >= 0)
		sys_close(fd);
	return held;
}

// ---- the engine's ----

uint32_t *area_deal_pins(void)
{
	const uint32_t last = PIN_PLACES - 1;
	uint32_t place = glance(&places_dealt);

	while (place < last && !swap_if(&places_dealt, &place, place + 1))
		;
	if (place == last)
		return &pin_places[last].pins;
	return area_own_pins = &pin_places[place].pins;
}

static int is_pinned(void)
{
	uint32_t sum = 0;

	for (int i = 0; i < PIN_PLACES; i++)
		sum |= observe(&pin_places[i].pins);
	return sum != 0;
}

static void retire(struct area_view *view)
{
	if (!view->gen)
		return;
	publish(&view->gen, 0);
	if (stale_count < MAX_AREAS)
		stale[stale_count++] = (struct stale_view){view->base, view->bytes};
}

// Closes fd.
static char *map_file(struct area_view *view, uint32_t gen, int fd, uint64_t bytes)
{
	void *base;

	if (fd < 0)
		return NULL;
	base = sys_mmap(bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	sys_close(fd);
	if (base == MAP_FAILED)
		return NULL;
	view->base = base;
	view->bytes = bytes;
	publish(&view->gen, gen);
	return base;
}

static char *map_view(uint16_t id, uint32_t gen)
{
	return map_file(&area_views[id], gen, area_open_file(id, gen, O_RDWR), segment->areas[id].file_bytes);
}

char *area_view_slow(uint16_t id, uint32_t gen)
{
	struct area_view *view = &area_views[id];
	char *base = NULL;

	pthread_mutex_lock(&view_lock);
	if (view->gen == gen)
		base = view->base;
	else if (observe(&segment->areas[id].gen) == gen) {
		retire(view);
		base = map_view(id, gen);
	}
	pthread_mutex_unlock(&view_lock);
	return base;
}

char *area_view_file(struct area_view *view, uint32_t gen, const char *path, uint64_t bytes)
{
	char *base = NULL;

	pthread_mutex_lock(&view_lock);
	if (view->gen == gen) {
		base = view->base;
	} else {
		retire(view);
		base = map_file(view, gen, sys_open(path, O_RDWR | O_CLOEXEC, 0), bytes);
	}
	pthread_mutex_unlock(&view_lock);
	return base;
}

static int is_stale(uint16_t id)
{
	struct area *a = &segment->areas[id];

	return area_views[id].gen && (observe(&a->state) != STATE_ACTIVE || area_views[id].gen != a->gen);
}

void area_drop_stale_views(void)
{
	pthread_mutex_lock(&view_lock);
	for (uint32_t id = 0; id < segment->area_high; id++)
		if (is_stale(id))
			retire(&area_views[id]);
	full_fence();
	if (!is_pinned()) {
		for (int i = 0; i < stale_count; i++)
			munmap(stale[i].base, stale[i].bytes);
		stale_count = 0;
	}
	pthread_mutex_unlock(&view_lock);
}

void area_before_fork(void)
{
	pthread_mutex_lock(&view_lock);
}

void area_after_fork(void)
{
	pthread_mutex_unlock(&view_lock);
}

// Only the forking thread goes on in the child; pins of others are gone with them.
void area_after_fork_in_child(void)
{
	if (segment)
		memset(pin_places, 0, sizeof pin_places);
	pthread_mutex_unlock(&view_lock);
}
