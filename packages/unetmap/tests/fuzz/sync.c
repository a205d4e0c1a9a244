// SPDX-License-Identifier: BSD-2-Clause
//
// Fuzz target: sync. An input writes anything into the rings of a hostile program (marks, slots, flags,
// offsets, headers, the list of extra buffers) and lets it sync and poll, beside neighbors on its
// switch, at the other end of its pipe, on a monitor, and a null port. After each step the engine's own
// indices must be in range, and the neighbors must see nothing but valid buffers and lengths.
#include <poll.h>

#include "cast.h"
#include "control/control.h"
#include "core/area.h"
#include "ports/sync.h"

enum { MAX_STEPS = 96, RINGS = 2, HEADER_WORDS = 32, ANY_LENGTH = 65535 };

enum place { EVIL, NEIGHBOR, EVIL_PIPE, FAR_END, MONITOR, NULL_PORT, PLACES };

// ---- setting out ----

enum feature { SHARED_MEMORY = 1, OFFSETS = 2, MONITORED = 4, ZERO_COPY = 8, NULL_TOO = 16, HEADERS = 32, EXTRA = 64 };

static struct nmreq_register wish(uint8_t features)
{
	return (struct nmreq_register){.nr_mode = NR_REG_ALL_NIC, .nr_tx_slots = SLOTS, .nr_rx_slots = SLOTS,
				       .nr_tx_rings = RINGS, .nr_rx_rings = RINGS, .nr_mem_id = features & SHARED_MEMORY ? 1 : 0,
				       .nr_extra_bufs = features & EXTRA ? 3 : 0};
}

static void open_evil(struct input *in, uint8_t features)
{
	struct nmreq_opt_offsets offsets = {
		.nro_opt = {.nro_reqtype = NETMAP_REQ_OPT_OFFSETS, .nro_size = sizeof offsets},
		.nro_max_offset = 1024,
		.nro_initial_offset = 64,
		.nro_offset_bits = features & OFFSETS ? take_u8(in) : 0,
	};

	cast_open(EVIL, "vale0:evil", wish(features), features & OFFSETS ? &offsets : NULL);
}

static void open_monitor(uint8_t features)
{
	struct nmreq_register reg = wish(0);

	reg.nr_flags = NR_MONITOR_TX | NR_MONITOR_RX | (features & ZERO_COPY ? NR_ZCOPY_MON : 0);
	cast_open(MONITOR, features & HEADERS ? "ep{1" : "vale0:evil", reg, NULL);
}

static void set_headers(void)
{
	struct nmreq_port_hdr header = {.nr_hdr_len = 12};

	cast_ask(NEIGHBOR, NETMAP_REQ_PORT_HDR_SET, "vale0:evil", &header, NULL);
}

static void set_out(struct input *in, uint8_t features)
{
	struct nmreq_register null = {.nr_mode = NR_REG_NULL, .nr_mem_id = 1};

	cast_begin();
	open_evil(in, features);
	cast_open(NEIGHBOR, "vale0:good", wish(features), NULL);
	cast_open(EVIL_PIPE, "ep{1", wish(features), NULL);
	cast_open(FAR_END, "ep}1", wish(features), NULL);
	if (features & MONITORED)
		open_monitor(features);
	if (features & NULL_TOO)
		cast_open(NULL_PORT, "n", null, NULL);
	if (features & HEADERS && cast[NEIGHBOR].fd >= 0)
		set_headers();
}

// ---- rings ----

static struct netmap_ring *take_evil_ring(struct input *in)
{
	static const enum place mine[] = {EVIL, EVIL, EVIL_PIPE, MONITOR};
	uint8_t which = take_u8(in);

	return cast_ring(mine[which & 3], which >> 2 & 1, which >> 3 & 1);
}

static void write_mark(struct input *in)
{
	struct netmap_ring *ring = take_evil_ring(in);
	uint8_t which = take_u8(in);
	uint32_t value = take_value(in);

	if (!ring)
		return;
	switch (which % 5) {
	case 0:
		ring->head = value;
		break;
	case 1:
		ring->cur = value;
		break;
	case 2:
		ring->tail = value;
		break;
	case 3:
		ring->flags = value;
		break;
	default:
		ring->head = ring->cur = value;
	}
}

static void write_slot(struct input *in)
{
	struct netmap_ring *ring = take_evil_ring(in);
	uint8_t n = take_u8(in) % SLOTS, which = take_u8(in), address = take_u8(in);
	uint32_t value = take_value(in);

	if (!ring)
		return;
	switch (which % 5) {
	case 0:
		ring->slot[n].buf_idx = value;
		break;
	case 1:
		ring->slot[n].len = value;
		break;
	case 2:
		ring->slot[n].flags = value;
		break;
	case 3:
		ring->slot[n].ptr = address < 128 ? hostile_address(address) : value;
		break;
	default:
		ring->slot[n].flags = take_u8(in);
		ring->slot[n].ptr = address < 128 ? hostile_address(address) : (uintptr_t)cast[EVIL].map + value;
	}
}

// What the engine writes there it must never read again.
static void write_header(struct input *in)
{
	struct netmap_ring *ring = take_evil_ring(in);
	uint8_t word = take_u8(in) % HEADER_WORDS;
	uint32_t value = take_value(in);

	if (ring)
		((uint32_t *)ring)[word] = value;
}

static void write_interface(struct input *in)
{
	const enum place place = take_u8(in) & 1 ? EVIL : EVIL_PIPE;
	uint32_t value = take_value(in);

	if (cast_port(place))
		((struct netmap_if *)((char *)cast[place].map + segment->descs[cast[place].desc].if_ofs))->ni_bufs_head = value;
}

static void write_frame(struct input *in)
{
	struct netmap_ring *ring = cast_ring(EVIL, take_u8(in) & 1, 0);
	uint8_t n = take_u8(in) % SLOTS;
	uint8_t bytes[24];

	take_bytes(in, bytes, sizeof bytes);
	if (ring && ring->slot[n].buf_idx < 4096)
		memcpy((char *)cast[EVIL].map + segment->areas[cast_port(EVIL)->area].buf_pool_ofs +
			       ring->slot[n].buf_idx * (uint64_t)BUFFER_BYTES,
		       bytes, sizeof bytes);
}

// ---- what must hold ----

// A pipe's lengths are as they were sent.
static void receive(enum place place)
{
	cast_receive_all(place, place == FAR_END ? ANY_LENGTH : BUFFER_BYTES);
}

// The bitmaps lie behind the buffers: a copy that ran over the end shows there.
static uint64_t sum_of_used(enum place place)
{
	struct port *port = cast_port(place);
	struct area *a = port ? &segment->areas[port->area] : NULL;
	char *base = a ? area_view(port->area, a->gen) : NULL;
	uint64_t sum = 0;

	for (uint64_t ofs = a ? a->map_bytes : 0; a && ofs < a->file_bytes; ofs += sizeof sum)
		sum = sum * 31 + *(uint64_t *)(base + ofs);
	return sum;
}

static int some_closed;

// What goes gives its buffers back.
static void close_place(enum place place)
{
	handle_close(&cast[place]);
	some_closed = 1;
}

static void step(struct input *in)
{
	static void (*const writes[])(struct input *) = {write_mark, write_slot, write_header, write_interface, write_frame};
	const uint8_t what = take_u8(in), place = take_u8(in) % PLACES;

	if (what < 160)
		writes[what % 5](in);
	else if (cast[place].fd < 0)
		return;
	else if (what < 220)
		control_ioctl(cast[place].desc, what & 1 ? NIOCTXSYNC : NIOCRXSYNC, 0);
	else if (what < 236)
		sync_for_poll(&segment->descs[cast[place].desc], take_u16(in));
	else if (what < 244)
		receive(what & 1 ? NEIGHBOR : FAR_END);
	else if (what < 252)
		cast_send_all(what & 1 ? NEIGHBOR : FAR_END);
	else if (place != NEIGHBOR && place != FAR_END)
		close_place(place);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};
	uint64_t used[2];

	region_begin();
	some_closed = 0;
	set_out(&in, take_u8(&in));
	used[0] = sum_of_used(FAR_END);
	for (int i = 0; i < MAX_STEPS && input_left(&in); i++) {
		step(&in);
		cast_hold_rings();
	}
	receive(NEIGHBOR);
	receive(FAR_END);
	used[1] = sum_of_used(FAR_END);
	REQUIRE(used[0] == used[1] || some_closed);
	cast_end();
	region_end();
	return 0;
}
