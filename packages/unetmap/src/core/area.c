// SPDX-License-Identifier: BSD-2-Clause
#include "core/area.h"

#include <string.h>

#include "core/area_file.h"
#include "core/region.h"
#include "core/sys.h"

// netmap's defaults; sizes that programs print and compare.
enum {
	PRIVATE_IFS = 12,
	PRIVATE_RINGS = 20,
	PRIVATE_RING_BYTES = 20480,
	PRIVATE_BUFFERS = 20482,
	BAR_RINGS = 4, // two for monitors
	GLOBAL_IFS = 100,
	GLOBAL_RINGS = 200,
	GLOBAL_RING_BYTES = 36864,
	GLOBAL_BUFFERS = 163840,
	IF_BYTES = 1024,
	PAGE_BYTES = 4096,
	RING_HEADER_BYTES = 256,
	SLOT_BYTES = 16,
};

enum pool { IF_POOL, RING_POOL, BUF_POOL };

static uint64_t round_up(uint64_t n, uint64_t step)
{
	return (n + step - 1) / step * step;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

// ---- measuring ----

static uint64_t bitmap_bytes(uint32_t objects)
{
	return round_up(objects, 64) / 8;
}

static uint64_t bitmap_ofs(const struct area *a, enum pool pool)
{
	uint64_t ofs = a->bitmaps_ofs;

	if (pool > IF_POOL)
		ofs += bitmap_bytes(a->if_total);
	if (pool > RING_POOL)
		ofs += bitmap_bytes(a->ring_total);
	return ofs;
}

static void lay_out(struct area *a)
{
	a->if_bytes = IF_BYTES;
	a->buf_bytes = BUFFER_BYTES;
	a->ring_pool_ofs = round_up((uint64_t)a->if_total * a->if_bytes, PAGE_BYTES);
	a->buf_pool_ofs = round_up(a->ring_pool_ofs + (uint64_t)a->ring_total * a->ring_bytes, PAGE_BYTES);
	a->map_bytes = round_up(a->buf_pool_ofs + (uint64_t)a->buf_total * a->buf_bytes, PAGE_BYTES);
}

static uint64_t all_bitmap_bytes(const struct area *a)
{
	return bitmap_bytes(a->if_total) + bitmap_bytes(a->ring_total) + bitmap_bytes(a->buf_total);
}

static void put_bitmaps_at(struct area *a, uint64_t ofs)
{
	a->bitmaps_ofs = ofs;
	a->file_bytes = round_up(ofs + all_bitmap_bytes(a), PAGE_BYTES);
}

// Of a BAR: where the guest's bitmaps are, and how much it takes with them and the header.
static uint64_t guest_bitmaps_ofs(const struct area *a)
{
	return a->map_bytes + BAR_PAGE_BYTES;
}

static uint64_t bar_need(const struct area *a)
{
	return round_up(guest_bitmaps_ofs(a) + all_bitmap_bytes(a), PAGE_BYTES) + BAR_PAGE_BYTES;
}

void area_measure_private(const struct area_need *need, struct area *a)
{
	memset(a, 0, sizeof *a);
	a->is_private = 1;
	a->if_total = PRIVATE_IFS;
	a->ring_total = larger(PRIVATE_RINGS, need->rings);
	a->ring_bytes = larger(PRIVATE_RING_BYTES,
			       round_up(RING_HEADER_BYTES + need->slots_per_ring * SLOT_BYTES, PAGE_BYTES));
	a->buf_total = larger(PRIVATE_BUFFERS, need->buffers + RESERVED_BUFFERS);
	lay_out(a);
	put_bitmaps_at(a, a->map_bytes);
}

// A device's memory is a power of two; what is left of that becomes buffers.
static void fill_bar(struct area *a)
{
	uint32_t spare;

	a->bar_bytes = PAGE_BYTES;
	while (a->bar_bytes < bar_need(a))
		a->bar_bytes *= 2;
	spare = (a->bar_bytes - bar_need(a)) / a->buf_bytes;
	a->buf_total += spare - spare / (8 * a->buf_bytes); // each needs a bit as well
	lay_out(a);
	while (bar_need(a) > a->bar_bytes) {
		a->buf_total--;
		lay_out(a);
	}
}

void area_measure_bar(const struct area_need *need, struct area *a)
{
	area_measure_private(need, a);
	a->ring_total = larger(BAR_RINGS, need->rings);
	a->buf_total = need->buffers + RESERVED_BUFFERS;
	lay_out(a);
	fill_bar(a);
	put_bitmaps_at(a, a->bar_bytes);
}

int area_measure_guest(const struct bar_header *bar, uint64_t bar_bytes, struct area *a)
{
	memset(a, 0, sizeof *a);
	a->is_private = 1;
	a->is_guest = 1;
	a->if_total = bar->if_total;
	a->ring_total = bar->ring_total;
	a->ring_bytes = bar->ring_bytes;
	a->buf_total = bar->buf_total;
	lay_out(a);
	a->bitmaps_ofs = guest_bitmaps_ofs(a);
	a->file_bytes = bar_bytes;
	return a->map_bytes == bar->map_bytes && bar_need(a) <= bar_bytes ? 0 : -ENXIO;
}

void area_measure_global(struct area *a)
{
	memset(a, 0, sizeof *a);
	a->if_total = GLOBAL_IFS;
	a->ring_total = GLOBAL_RINGS;
	a->ring_bytes = GLOBAL_RING_BYTES;
	a->buf_total = GLOBAL_BUFFERS;
	lay_out(a);
	put_bitmaps_at(a, a->map_bytes);
}

// ---- the file ----

void area_path(char path[REGION_PATH_BYTES], uint16_t id, uint32_t gen)
{
	region_path(path, "mem-%u-%u", id + 1u, gen);
}

int area_open_file(uint16_t id, uint32_t gen, int flags)
{
	char path[REGION_PATH_BYTES];

	area_path(path, id, gen);
	return sys_open(path, O_CLOEXEC | flags, 0600);
}

static void unlink_file(uint16_t id, uint32_t gen)
{
	char path[REGION_PATH_BYTES];

	area_path(path, id, gen);
	unlink(path);
}

static int back_with_file(uint16_t id, uint32_t gen, const struct area *a)
{
	int fd, error;

	unlink_file(id, gen);
	fd = area_open_file(id, gen, O_RDWR | O_CREAT | O_EXCL);
	if (fd < 0)
		return -ENOMEM;
	error = sys_result(ftruncate(fd, a->file_bytes));
	if (!error)
		error = sys_back(fd, a->map_bytes, a->file_bytes - a->map_bytes); // all but what programs map
	sys_close(fd);
	if (error)
		unlink_file(id, gen);
	return error ? -ENOMEM : 0;
}

// A device's memory has those of whoever had it before.
static void wipe_bitmaps(uint16_t id)
{
	const struct area *a = &segment->areas[id];
	char *base = area_view(id, a->gen);

	if (base)
		memset(base + a->bitmaps_ofs, 0, all_bitmap_bytes(a));
}

// Buffer 0 and 1 mean "none" to programs; they are never handed out.
static void reserve_first_buffers(uint16_t id)
{
	for (int i = 0; i < RESERVED_BUFFERS; i++)
		area_take_buffer(id, i);
}

// The guest's own name for a device's memory: locks and mappings are the device's.
static int back_with_device(uint16_t id, uint32_t gen, const char *device)
{
	char path[REGION_PATH_BYTES];

	unlink_file(id, gen);
	area_path(path, id, gen);
	return symlink(device, path) ? -ENOMEM : 0;
}

static int create(uint16_t id, struct area *shape, const char *device)
{
	struct area *a = &segment->areas[id];
	int error;

	shape->gen = a->gen + 1 ? a->gen + 1 : 1;
	error = device ? back_with_device(id, shape->gen, device) : back_with_file(id, shape->gen, shape);
	if (error)
		return error;
	shape->state = STATE_FREE;
	*a = *shape;
	publish(&a->state, STATE_ACTIVE);
	if (id >= segment->area_high)
		segment->area_high = id + 1u;
	if (device)
		wipe_bitmaps(id);
	reserve_first_buffers(id);
	return id;
}

static int create_anywhere(struct area *shape, const char *device)
{
	for (int id = GLOBAL_AREA + 1; id < MAX_AREAS; id++)
		if (segment->areas[id].state == STATE_FREE)
			return create(id, shape, device);
	return -ENOMEM;
}

int area_create_private(const struct area_need *need)
{
	struct area shape;

	if (need->for_guest)
		area_measure_bar(need, &shape);
	else
		area_measure_private(need, &shape);
	return create_anywhere(&shape, NULL);
}

int area_create_guest(struct area *shape, const char *device)
{
	return create_anywhere(shape, device);
}

int area_create_global(void)
{
	struct area shape;

	area_measure_global(&shape);
	return create(GLOBAL_AREA, &shape, NULL);
}

static void tell_guest(uint16_t id)
{
	const struct area *a = &segment->areas[id];
	char *base = a->bar_bytes ? area_view(id, a->gen) : NULL;

	if (base)
		publish(&bar_header_at(base, a->bar_bytes)->gone, 1);
}

void area_destroy(uint16_t id)
{
	struct area *a = &segment->areas[id];

	tell_guest(id);
	unlink_file(id, a->gen); // first: of a file that is gone already the next sweep need not know
	publish(&a->state, STATE_FREE);
}

// Whoever made an area and died may have got as far as its file, or its generation too.
void area_sweep_files(void)
{
	for (uint32_t id = 0; id <= segment->area_high && id < MAX_AREAS; id++) {
		const struct area *a = &segment->areas[id];

		unlink_file(id, a->gen + 1);
		if (a->state == STATE_FREE)
			unlink_file(id, a->gen);
	}
}

// ---- objects ----

struct bitmap {
	uint64_t *words;
	uint32_t bits;
	uint32_t *full_words; // none is clear before this one
};

static struct bitmap bitmap_of(uint16_t id, enum pool pool)
{
	struct area *a = &segment->areas[id];
	char *base = area_view(id, a->gen);
	uint32_t totals[] = {a->if_total, a->ring_total, a->buf_total};

	return (struct bitmap){base ? (uint64_t *)(base + bitmap_ofs(a, pool)) : NULL, totals[pool], &a->full_words[pool]};
}

static int64_t find_clear_bit(struct bitmap map)
{
	for (uint32_t w = *map.full_words; map.words && w * 64 < map.bits; w++) {
		uint32_t bit;

		if (map.words[w] == ~0ull)
			continue;
		*map.full_words = w;
		bit = w * 64 + __builtin_ctzll(~map.words[w]);
		return bit < map.bits ? (int64_t)bit : -ENOMEM;
	}
	return -ENOMEM;
}

// After whatever names the object.
static void take_bit(struct bitmap map, uint32_t bit)
{
	if (map.words && bit < map.bits)
		publish(&map.words[bit / 64], map.words[bit / 64] | 1ull << (bit % 64));
}

static void give_bit(struct bitmap map, uint32_t bit)
{
	if (!map.words || bit >= map.bits)
		return;
	if (bit / 64 < *map.full_words)
		publish(map.full_words, bit / 64);
	map.words[bit / 64] &= ~(1ull << (bit % 64));
}

static int back_with_pages(uint16_t id, uint64_t ofs, uint64_t bytes)
{
	int fd = area_open_file(id, segment->areas[id].gen, O_RDWR);
	int error = fd < 0 ? 0 : sys_back(fd, ofs, bytes);

	if (fd >= 0)
		sys_close(fd);
	return error;
}

static int64_t find_object(uint16_t id, enum pool pool, uint64_t pool_ofs, uint32_t bytes)
{
	int64_t n = find_clear_bit(bitmap_of(id, pool));

	if (n < 0 || back_with_pages(id, pool_ofs + n * bytes, bytes))
		return -ENOMEM;
	return pool_ofs + n * bytes;
}

int64_t area_find_if(uint16_t id)
{
	return find_object(id, IF_POOL, 0, segment->areas[id].if_bytes);
}

int64_t area_find_ring(uint16_t id)
{
	struct area *a = &segment->areas[id];

	return find_object(id, RING_POOL, a->ring_pool_ofs, a->ring_bytes);
}

int64_t area_find_buffer(uint16_t id)
{
	return find_clear_bit(bitmap_of(id, BUF_POOL));
}

static uint32_t ring_number(const struct area *a, uint64_t ofs)
{
	return (ofs - a->ring_pool_ofs) / a->ring_bytes;
}

void area_take_if(uint16_t id, uint64_t ofs)
{
	take_bit(bitmap_of(id, IF_POOL), ofs / segment->areas[id].if_bytes);
}

void area_take_ring(uint16_t id, uint64_t ofs)
{
	take_bit(bitmap_of(id, RING_POOL), ring_number(&segment->areas[id], ofs));
}

void area_take_buffer(uint16_t id, uint32_t buffer)
{
	take_bit(bitmap_of(id, BUF_POOL), buffer);
}

void area_give_if(uint16_t id, uint64_t ofs)
{
	give_bit(bitmap_of(id, IF_POOL), ofs / segment->areas[id].if_bytes);
}

void area_give_ring(uint16_t id, uint64_t ofs)
{
	give_bit(bitmap_of(id, RING_POOL), ring_number(&segment->areas[id], ofs));
}

void area_give_buffer(uint16_t id, uint32_t buffer)
{
	if (buffer >= RESERVED_BUFFERS)
		give_bit(bitmap_of(id, BUF_POOL), buffer);
}

int area_back_buffers(uint16_t id, uint32_t first, uint32_t last)
{
	struct area *a = &segment->areas[id];

	return back_with_pages(id, a->buf_pool_ofs + (uint64_t)first * a->buf_bytes,
			       (uint64_t)(last - first + 1) * a->buf_bytes);
}

int area_buffer_is_taken(uint16_t id, uint32_t buffer)
{
	const struct bitmap map = bitmap_of(id, BUF_POOL);

	return map.words && buffer < map.bits && map.words[buffer / 64] >> buffer % 64 & 1;
}

void area_forget_buffers(uint16_t id)
{
	const struct bitmap map = bitmap_of(id, BUF_POOL);

	if (map.words)
		memset(map.words, 0, bitmap_bytes(map.bits));
	*map.full_words = 0;
	reserve_first_buffers(id);
}
