// SPDX-License-Identifier: BSD-2-Clause
//
// Fuzz target: sync. An input writes anything into the rings of a hostile program (marks, slots, flags,
// offsets, headers, the list of extra buffers) and lets it sync and poll, beside neighbors on its
// switch, at the other end of its pipe, on a monitor, and a null port. After each step the engine's own
// indices must be in range, and the neighbors must see nothing but valid buffers and lengths.
#include <poll.h>

#include "control/control.h"
#include "core/area.h"
#include "core/ring.h"
#include "input.h"
#include "ports/port.h"
#include "ports/sync.h"
#include "region_of_one.h"

enum { MAX_STEPS = 96, RINGS = 2, SLOTS = 32, HEADER_WORDS = 32 };

enum place { EVIL, NEIGHBOR, EVIL_PIPE, FAR_END, MONITOR, NULL_PORT, PLACES };

static struct handle at[PLACES];

// ---- setting out ----

enum feature { SHARED_MEMORY = 1, OFFSETS = 2, MONITORED = 4, ZERO_COPY = 8, NULL_TOO = 16, HEADERS = 32, EXTRA = 64 };

static int ask(struct handle *h, uint16_t type, const char *name, void *body, void *options)
{
	struct nmreq_header header = {.nr_version = NETMAP_API, .nr_reqtype = type, .nr_body = (uintptr_t)body,
				      .nr_options = (uintptr_t)options};

	strncpy(header.nr_name, name, sizeof header.nr_name - 1);
	return control_ioctl(h->desc, NIOCCTRL, (uintptr_t)&header);
}

static struct nmreq_register wish(uint8_t features)
{
	return (struct nmreq_register){.nr_mode = NR_REG_ALL_NIC, .nr_tx_slots = SLOTS, .nr_rx_slots = SLOTS,
				       .nr_tx_rings = RINGS, .nr_rx_rings = RINGS, .nr_mem_id = features & SHARED_MEMORY ? 1 : 0,
				       .nr_extra_bufs = features & EXTRA ? 3 : 0};
}

static void open_place(enum place place, const char *name, struct nmreq_register reg, void *options)
{
	handle_open(&at[place]);
	if (ask(&at[place], NETMAP_REQ_REGISTER, name, &reg, options))
		handle_close(&at[place]);
	else
		handle_map(&at[place]);
}

static void open_evil(struct input *in, uint8_t features)
{
	struct nmreq_opt_offsets offsets = {
		.nro_opt = {.nro_reqtype = NETMAP_REQ_OPT_OFFSETS, .nro_size = sizeof offsets},
		.nro_max_offset = 1024,
		.nro_initial_offset = 64,
		.nro_offset_bits = features & OFFSETS ? take_u8(in) : 0,
	};

	open_place(EVIL, "vale0:evil", wish(features), features & OFFSETS ? &offsets : NULL);
}

static void open_monitor(uint8_t features)
{
	struct nmreq_register reg = wish(0);

	reg.nr_flags = NR_MONITOR_TX | NR_MONITOR_RX | (features & ZERO_COPY ? NR_ZCOPY_MON : 0);
	open_place(MONITOR, features & HEADERS ? "ep{1" : "vale0:evil", reg, NULL);
}

static void set_headers(void)
{
	struct nmreq_port_hdr header = {.nr_hdr_len = 12};

	ask(&at[NEIGHBOR], NETMAP_REQ_PORT_HDR_SET, "vale0:evil", &header, NULL);
}

static void set_out(struct input *in, uint8_t features)
{
	struct nmreq_register null = {.nr_mode = NR_REG_NULL, .nr_mem_id = 1};

	for (int p = 0; p < PLACES; p++)
		at[p].fd = -1;
	open_evil(in, features);
	open_place(NEIGHBOR, "vale0:good", wish(features), NULL);
	open_place(EVIL_PIPE, "ep{1", wish(features), NULL);
	open_place(FAR_END, "ep}1", wish(features), NULL);
	if (features & MONITORED)
		open_monitor(features);
	if (features & NULL_TOO)
		open_place(NULL_PORT, "n", null, NULL);
	if (features & HEADERS && at[NEIGHBOR].fd >= 0)
		set_headers();
}

// ---- rings ----

static struct port *port_of(enum place place)
{
	uint16_t id = at[place].fd < 0 ? NONE : segment->descs[at[place].desc].port;

	return id == NONE ? NULL : port_at(id);
}

static struct netmap_ring *ring_of(enum place place, int dir, int n)
{
	struct port *port = port_of(place);

	return port && n < port->ring_count[dir] ? (struct netmap_ring *)((char *)at[place].map + port->rings[dir][n].ring_ofs)
						 : NULL;
}

static struct netmap_ring *take_evil_ring(struct input *in)
{
	static const enum place mine[] = {EVIL, EVIL, EVIL_PIPE, MONITOR};
	uint8_t which = take_u8(in);

	return ring_of(mine[which & 3], which >> 2 & 1, which >> 3 & 1);
}

// Small numbers, edges, and sometimes anything.
static uint32_t take_value(struct input *in)
{
	static const uint32_t edges[] = {0, 1, 2, SLOTS - 1, SLOTS, SLOTS + 1, 2047, 2048, 2049, 20481, 20482,
					 65535, 0x7fffffff, 0x80000000, 0xffffffff, 163839, 163840};
	uint8_t kind = take_u8(in);

	if (kind < 160)
		return kind % (SLOTS + 8);
	if (kind < 230)
		return edges[kind % (sizeof edges / sizeof edges[0])];
	return take_u32(in);
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
		ring->slot[n].ptr = address < 128 ? hostile_address(address) : (uintptr_t)at[EVIL].map + value;
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

	if (port_of(place))
		((struct netmap_if *)((char *)at[place].map + segment->descs[at[place].desc].if_ofs))->ni_bufs_head = value;
}

static void write_frame(struct input *in)
{
	struct netmap_ring *ring = ring_of(EVIL, take_u8(in) & 1, 0);
	uint8_t n = take_u8(in) % SLOTS;
	uint8_t bytes[24];

	take_bytes(in, bytes, sizeof bytes);
	if (ring && ring->slot[n].buf_idx < 4096)
		memcpy((char *)at[EVIL].map + segment->areas[port_of(EVIL)->area].buf_pool_ofs +
			       ring->slot[n].buf_idx * (uint64_t)BUFFER_BYTES,
		       bytes, sizeof bytes);
}

// ---- good neighbors ----

static void hold_receivable(enum place place, int n)
{
	struct port *port = port_of(place);
	struct netmap_ring *ring = ring_of(place, RX, n);
	const uint32_t slots = port->rings[RX][n].num_slots;

	REQUIRE(ring->num_slots == slots && ring->head < slots && ring->cur < slots && ring->tail < slots);
	for (uint32_t i = ring->head; i != ring->tail; i = (i + 1) % slots) {
		REQUIRE(buffer_is_valid(&port->rings[RX][n], ring->slot[i].buf_idx));
		REQUIRE(place == FAR_END || ring->slot[i].len <= BUFFER_BYTES);
	}
}

static void receive_all(enum place place)
{
	for (int n = 0; port_of(place) && n < port_of(place)->ring_count[RX]; n++) {
		struct netmap_ring *ring = ring_of(place, RX, n);

		control_ioctl(at[place].desc, NIOCRXSYNC, 0);
		hold_receivable(place, n);
		ring->head = ring->cur = ring->tail;
		control_ioctl(at[place].desc, NIOCRXSYNC, 0);
	}
}

static void send_all(enum place place)
{
	for (int n = 0; port_of(place) && n < port_of(place)->ring_count[TX]; n++) {
		struct netmap_ring *ring = ring_of(place, TX, n);

		REQUIRE(ring->tail < ring->num_slots);
		for (; ring->head != ring->tail; ring->head = ring->cur = (ring->head + 1) % ring->num_slots)
			ring->slot[ring->head].len = 60;
		control_ioctl(at[place].desc, NIOCTXSYNC, 0);
	}
}

// ---- what must hold ----

static void hold_ring(const struct kring *k)
{
	const uint32_t slots = k->num_slots;

	REQUIRE(k->hwcur < slots && k->hwtail < slots && k->rhead < slots && k->rcur < slots && k->rtail < slots);
	REQUIRE(!k->lock && !k->qlock && !k->claimed);
}

static void hold_all(void)
{
	for (uint32_t id = 0; id < segment->port_high; id++)
		for (int dir = RX; dir <= TX; dir++)
			for (int n = 0; n < MAX_RINGS; n++)
				if (port_at(id)->rings[dir][n].active)
					hold_ring(&port_at(id)->rings[dir][n]);
}

// The bitmaps lie behind the buffers: a copy that ran over the end shows there.
static uint64_t sum_of_used(enum place place)
{
	struct port *port = port_of(place);
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
	handle_close(&at[place]);
	some_closed = 1;
}

static void step(struct input *in)
{
	static void (*const writes[])(struct input *) = {write_mark, write_slot, write_header, write_interface, write_frame};
	const uint8_t what = take_u8(in), place = take_u8(in) % PLACES;

	if (what < 160)
		writes[what % 5](in);
	else if (at[place].fd < 0)
		return;
	else if (what < 220)
		control_ioctl(at[place].desc, what & 1 ? NIOCTXSYNC : NIOCRXSYNC, 0);
	else if (what < 236)
		sync_for_poll(&segment->descs[at[place].desc], take_u16(in));
	else if (what < 244)
		receive_all(what & 1 ? NEIGHBOR : FAR_END);
	else if (what < 252)
		send_all(what & 1 ? NEIGHBOR : FAR_END);
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
		hold_all();
	}
	receive_all(NEIGHBOR);
	receive_all(FAR_END);
	used[1] = sum_of_used(FAR_END);
	REQUIRE(used[0] == used[1] || some_closed);
	for (int p = PLACES - 1; p >= 0; p--)
		handle_close(&at[p]);
	region_end();
	return 0;
}
