// SPDX-License-Identifier: BSD-2-Clause
//
// Memory areas ("regions" to netmap's users): what programs map. A sparse file each; pages exist
// once somebody touches them.
//
//   0                ring_pool_ofs      buf_pool_ofs          map_bytes      file_bytes
//   +----------------+------------------+---------------------+--------------+
//   | netmap_if ...  | netmap_ring ...  | buffers ...         | bitmaps      |
//   +----------------+------------------+---------------------+--------------+
//   program: reads, and the fields that netmap.h names      control lock: objects in use
//
// A memory id is the number of the area + 1. Area 0 (id 1) is the global one.
#ifndef UNETMAP_CORE_AREA_H_
#define UNETMAP_CORE_AREA_H_

#include <stdint.h>
#include <sys/types.h>

#include "core/bar.h"
#include "core/barriers.h"
#include "core/region.h"
#include "core/segment.h"

enum {
	GLOBAL_AREA = 0,
	BUFFER_BYTES = 2048,
	RESERVED_BUFFERS = 2,
	MAX_EXTRA_BUFFERS = 131072, // of one descriptor: 256 MB
};

// How a new private area is to be measured.
struct area_need {
	uint32_t rings;
	uint32_t slots_per_ring; // of the largest
	uint32_t buffers;	 // for rings and extra ones together
	int for_guest;		 // laid out as bar.h has it
};

// All of these with the control lock held. They return -errno on failure.
int area_create_private(const struct area_need *need);
int area_create_global(void);
void area_destroy(uint16_t id);
void area_sweep_files(void); // of areas that were never finished
void area_measure_private(const struct area_need *need, struct area *shape);
void area_measure_global(struct area *shape);
void area_measure_bar(const struct area_need *need, struct area *shape);

// In a guest: the area that stands on the memory of a device. measure gives -ENXIO if what the host
// wrote there does not fit; create returns the area's number or -ENOMEM.
int area_measure_guest(const struct bar_header *bar, uint64_t bar_bytes, struct area *shape);
int area_create_guest(struct area *shape, const char *device);

// A free object: its offset from the area's start, or a 0-based buffer number; -ENOMEM when all are in
// use. It has its pages (but for buffers) and is the caller's once it is taken, until when the next
// call finds the same one.
int64_t area_find_if(uint16_t id);
int64_t area_find_ring(uint16_t id);
int64_t area_find_buffer(uint16_t id);
// Takes it. Where a sweep finds it named must be written before (segment.h).
void area_take_if(uint16_t id, uint64_t ofs);
void area_take_ring(uint16_t id, uint64_t ofs);
void area_take_buffer(uint16_t id, uint32_t buffer);
// Gives it back; what is free or impossible is ignored.
void area_give_if(uint16_t id, uint64_t ofs);
void area_give_ring(uint16_t id, uint64_t ofs);
void area_give_buffer(uint16_t id, uint32_t buffer);

int area_buffer_is_taken(uint16_t id, uint32_t buffer);
void area_forget_buffers(uint16_t id); // gives back all

// Gives buffers first..last real pages, which the program will surely touch. 0 or -ENOMEM.
int area_back_buffers(uint16_t id, uint32_t first, uint32_t last);

// The file behind it: a symbolic link to the device in a guest.
void area_path(char path[REGION_PATH_BYTES], uint16_t id, uint32_t gen);

// Maps part of an area for the program. While the mapping, or a copy that fork made of it, exists,
// area_is_mapped_by says so for this descriptor. Returns MAP_FAILED with errno set.
void *area_map_for_program(uint16_t id, uint16_t desc, void *addr, size_t len, int prot, int flags, off_t ofs);
int area_is_mapped_by(uint16_t id, uint16_t desc);

// The area in this process's memory, mapped on first use; NULL if it is gone. The pointer is good
// until the matching area_unpin; both count, each thread in a place of its own while there are any left.
extern __thread uint32_t *area_own_pins;
uint32_t *area_deal_pins(void);

static inline void area_pin(void)
{
	uint32_t *pins = area_own_pins ? area_own_pins : area_deal_pins();

	if (__builtin_expect(pins == area_own_pins, 1))
		swap(pins, *pins + 1);
	else
		add_fetch(pins, 1);
	fence_after_swap();
}

static inline void area_unpin(void)
{
	if (__builtin_expect(area_own_pins != NULL, 1))
		publish(area_own_pins, *area_own_pins - 1);
	else
		add_fetch(area_deal_pins(), -1);
}

char *area_view_slow(uint16_t id, uint32_t gen);
void area_drop_stale_views(void);
void area_before_fork(void);
void area_after_fork(void);
void area_after_fork_in_child(void);

struct area_view {
	uint32_t gen; // 0 = none
	char *base;
	uint64_t bytes;
};
extern struct area_view area_views[MAX_AREAS];

// For other files of the region that are mapped as areas are: maps `bytes` of the file at `path` in
// place of what `view` showed, which stays for those who look at it. NULL on failure.
char *area_view_file(struct area_view *view, uint32_t gen, const char *path, uint64_t bytes);

static inline char *area_view(uint16_t id, uint32_t gen)
{
	struct area_view *view = &area_views[id];

	return __builtin_expect(observe(&view->gen) == gen, 1) ? view->base : area_view_slow(id, gen);
}

#endif
