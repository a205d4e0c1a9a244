// SPDX-License-Identifier: BSD-2-Clause
//
// Fuzz target: passthrough. An input writes anything into the memory that a guest was given (marks outside the
// rings, rings, slots, buffers, the header, the guest's bitmaps) while the host syncs that port, by NIOC*SYNC, by
// poll and by looking after it, beside neighbors on its switch or at the other end of its pipe. A second engine,
// as a guest has one, opens the port in that memory. The host's indices must stay in range, and its neighbors
// must see nothing but valid buffers and lengths.
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unetmap/passthrough.h>

#include "cast.h"
#include "control/control.h"
#include "core/bar.h"
#include "core/sys.h"
#include "ports/sync.h"

enum { MAX_STEPS = 96 };

enum place { GIVEN, NEIGHBOR, FAR_END, GUEST };

enum feature { A_PIPE = 1, GUEST_TOO = 2, BROKEN_HEADER = 4, TWO_RINGS = 8 };

static struct {
	char *base;
	uint64_t bytes, map_bytes;
} memory;

// ---- setting out ----

static struct nmreq_register wish(uint8_t features)
{
	const uint16_t rings = features & TWO_RINGS ? 2 : 1;

	return (struct nmreq_register){.nr_mode = NR_REG_ALL_NIC, .nr_tx_slots = SLOTS, .nr_rx_slots = SLOTS,
				       .nr_tx_rings = rings, .nr_rx_rings = rings};
}

static void map_memory(const struct unetmap_passthrough *p)
{
	int fd = sys_open(p->path, O_RDWR | O_CLOEXEC, 0);

	REQUIRE(fd >= 0);
	memory.bytes = p->bytes;
	memory.map_bytes = segment->areas[cast_port(GIVEN)->area].map_bytes;
	memory.base = sys_mmap(p->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	REQUIRE(memory.base != MAP_FAILED);
	sys_close(fd);
}

static void give(uint8_t features)
{
	struct nmreq_register reg = wish(features);
	struct unetmap_passthrough p = {.guest_name = "inside"};

	reg.nr_flags = UNETMAP_NR_PASSTHROUGH | NR_EXCLUSIVE;
	cast_open(GIVEN, features & A_PIPE ? "g}1" : "vale0:given", reg, NULL);
	REQUIRE(cast_port(GIVEN));
	REQUIRE(!cast_ask(GIVEN, UNETMAP_REQ_PASSTHROUGH_GET, "", &p, NULL));
	map_memory(&p);
	setenv("UNETMAP_PASSTHROUGH", p.path, 1);
}

static void spoil_header(struct input *in)
{
	uint32_t *words = (uint32_t *)bar_header_at(memory.base, memory.bytes);

	for (int i = take_u8(in) % 8; i > 0; i--) {
		const uint8_t word = take_u8(in);

		words[word % (sizeof(struct bar_header) / sizeof *words)] = take_value(in);
	}
}

static void set_out(struct input *in, uint8_t features)
{
	cast_begin();
	give(features);
	if (features & A_PIPE)
		cast_open(FAR_END, "g{1", wish(features), NULL);
	else
		cast_open(NEIGHBOR, "vale0:good", wish(features), NULL);
	if (features & BROKEN_HEADER)
		spoil_header(in);
	if (features & GUEST_TOO)
		cast_open(GUEST, "inside", wish(0), NULL);
}

// ---- what the guest writes ----

static struct netmap_ring *take_ring(struct input *in)
{
	const uint8_t which = take_u8(in);

	return cast_ring(GIVEN, which & 1, which >> 1 & 1);
}

static void write_marks(struct input *in)
{
	const uint8_t which = take_u8(in), word = take_u8(in);
	char *entry = memory.base + csb_place(memory.map_bytes, which & 1, which >> 1 & 1);

	((uint32_t *)entry)[word % (sizeof(struct csb_entry) / sizeof(uint32_t))] = take_value(in);
}

// As a guest that means it.
static void move_head(struct input *in)
{
	const uint8_t which = take_u8(in);
	struct csb_entry *e = (struct csb_entry *)(memory.base + csb_place(memory.map_bytes, which & 1, which >> 1 & 1));

	e->atok.head = e->atok.cur = take_value(in);
}

static void write_slot(struct input *in)
{
	struct netmap_ring *ring = take_ring(in);
	struct netmap_slot slot = {.buf_idx = take_value(in), .len = take_value(in), .flags = take_value(in)};
	const uint8_t n = take_u8(in) % SLOTS, address = take_u8(in);

	slot.ptr = address < 128 ? hostile_address(address) : take_value(in);
	if (ring)
		ring->slot[n] = slot;
}

static void write_ring_header(struct input *in)
{
	uint32_t *words = (uint32_t *)take_ring(in);
	const uint8_t word = take_u8(in);
	const uint32_t value = take_value(in);

	if (words)
		words[word % 64] = value;
}

static void write_anywhere(struct input *in)
{
	const uint64_t ofs = (uint64_t)take_u32(in) * sizeof(uint32_t) % memory.bytes;

	*(uint32_t *)(memory.base + ofs) = take_value(in);
}

// ---- what the host does ----

static void look_after(void)
{
	struct unetmap_passthrough_serve serve = {.for_ms = 0, .nap_us = 1};

	cast_ask(GIVEN, UNETMAP_REQ_PASSTHROUGH_SERVE, "", &serve, NULL);
}

static void sync_somebody(struct input *in, enum place place)
{
	const uint8_t how = take_u8(in);

	if (cast[place].fd < 0)
		return;
	if (how < 180)
		control_ioctl(cast[place].desc, how & 1 ? NIOCTXSYNC : NIOCRXSYNC, 0);
	else if (how < 220 || place != GIVEN)
		sync_for_poll(&segment->descs[cast[place].desc], how & 1 ? POLLIN : POLLOUT | POLLIN);
	else
		look_after();
}

static void be_neighbor(const uint8_t what)
{
	const enum place place = cast[NEIGHBOR].fd < 0 ? FAR_END : NEIGHBOR;

	if (what & 1)
		cast_receive_all(place, BUFFER_BYTES);
	else
		cast_send_all(place);
}

static void reopen_guest(void)
{
	handle_close(&cast[GUEST]);
	cast_open(GUEST, "inside", wish(0), NULL);
}

static void step(struct input *in)
{
	static void (*const writes[])(struct input *) = {write_marks, move_head, write_slot, write_ring_header, write_anywhere};
	const uint8_t what = take_u8(in);

	if (what < 160)
		writes[what % 5](in);
	else if (what < 220)
		sync_somebody(in, GIVEN);
	else if (what < 236)
		sync_somebody(in, GUEST);
	else if (what < 252)
		be_neighbor(what);
	else
		reopen_guest();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};

	region_begin();
	set_out(&in, take_u8(&in));
	for (int i = 0; i < MAX_STEPS && input_left(&in); i++) {
		step(&in);
		cast_hold_rings();
	}
	be_neighbor(1);
	munmap(memory.base, memory.bytes);
	cast_end();
	region_end();
	return 0;
}
