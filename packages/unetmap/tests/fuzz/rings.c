// SPDX-License-Identifier: BSD-2-Clause
//
// Fuzz target: looking at rings and holding ports. An input asks for any ring of any port, with room for as many
// slots and frames as it says or at addresses of nowhere, takes and lets go of holds by several descriptors, and
// opens and closes ports whose programs write anything into their slots. Nothing may be written beyond what there
// is room for, and no hold may outlive its descriptor.
#include <stdlib.h>
#include <unetmap/rings.h>

#include "cast.h"
#include "control/control.h"
#include "core/hold.h"

enum { MAX_STEPS = 64, PORTS = 4, LOOKERS = 3, FIRST_LOOKER = PORTS, NAMES = 6 };

static const char *const names[NAMES] = {"vale0:a", "r{1", "r}1", "vale0:a/z#0", "vale0:nobody", ""};

static uint64_t given[LOOKERS]; // names held, by bit

// ---- asking ----

// The end of a heap object, so that a byte too many is seen.
static uint64_t take_room(struct input *in, char **memory, uint64_t bytes)
{
	const uint8_t choice = take_u8(in);

	*memory = malloc(bytes ? bytes : 1);
	REQUIRE(*memory);
	return choice < 160 ? (uintptr_t)*memory : choice < 200 ? 0 : hostile_address(choice);
}

static void look(struct input *in, int who)
{
	struct unetmap_ring ring = {.dir = take_u8(in) & 3, .ring = take_value(in), .room = take_value(in) % 8192,
				    .first_frame = take_value(in), .frame_count = take_value(in)};
	const uint32_t frames = ring.frame_count < UNETMAP_RING_MAX_FRAMES ? ring.frame_count : UNETMAP_RING_MAX_FRAMES;
	char *slots, *bytes;

	ring.slots = take_room(in, &slots, ring.room * (uint64_t)sizeof(struct netmap_slot));
	ring.frames = take_room(in, &bytes, frames * (uint64_t)UNETMAP_RING_FRAME_BYTES);
	if (!cast_ask(who, UNETMAP_REQ_RING_GET, names[take_u8(in) % NAMES], &ring, NULL))
		REQUIRE(ring.frame_count <= UNETMAP_RING_MAX_FRAMES && ring.synced.num_slots <= MAX_SLOTS);
	free(slots);
	free(bytes);
}

static void hold(struct input *in, int who)
{
	const uint8_t what = take_u8(in), name = take_u8(in) % NAMES;
	struct unetmap_hold body = {.steps = take_value(in), .let_go = what & 1};
	const int error = cast_ask(who, UNETMAP_REQ_HOLD, names[name], &body, NULL);
	uint64_t *own = &given[who - FIRST_LOOKER];

	if (!error && body.let_go)
		REQUIRE(*own >> name & 1);
	if (!error)
		*own = body.let_go ? *own & ~(1ull << name) : *own | 1ull << name;
}

// ---- those who are looked at ----

static void open_port(struct input *in, int who)
{
	const uint8_t rings = 1 + take_u8(in) % 2;
	struct nmreq_register reg = {.nr_mode = NR_REG_ALL_NIC, .nr_tx_slots = SLOTS, .nr_rx_slots = SLOTS,
				     .nr_tx_rings = rings, .nr_rx_rings = rings};

	handle_close(&cast[who]);
	if (who == 3)
		reg.nr_flags = NR_MONITOR_TX | NR_MONITOR_RX | NR_ZCOPY_MON;
	cast_open(who, who == 3 ? names[0] : names[who], reg, NULL);
}

static void write_slot(struct input *in, int who)
{
	struct netmap_ring *ring = cast_ring(who, take_u8(in) & 1, 0);
	struct netmap_slot slot = {.buf_idx = take_value(in), .len = take_value(in), .flags = take_value(in),
				   .ptr = take_u64(in)};
	const uint8_t n = take_u8(in) % SLOTS;

	if (ring)
		ring->slot[n] = slot;
}

static void write_marks(struct input *in, int who)
{
	struct netmap_ring *ring = cast_ring(who, take_u8(in) & 1, 0);
	const uint32_t value = take_value(in);

	if (ring)
		ring->head = ring->cur = value;
}

static void use(struct input *in, int who)
{
	if (cast[who].fd >= 0)
		control_ioctl(cast[who].desc, take_u8(in) & 1 ? NIOCTXSYNC : NIOCRXSYNC, 0);
}

static void reopen(int who)
{
	handle_close(&cast[who]);
	handle_open(&cast[who]);
	given[who - FIRST_LOOKER] = 0;
}

// ---- what must hold ----

static uint32_t count_given(void)
{
	uint32_t count = 0;

	for (int i = 0; i < LOOKERS; i++)
		count += __builtin_popcountll(given[i]);
	return count;
}

static void step(struct input *in)
{
	static void (*const deeds[])(struct input *, int) = {write_slot, write_marks, use, open_port};
	const uint8_t what = take_u8(in), who = take_u8(in);

	if (what < 100)
		look(in, FIRST_LOOKER + who % LOOKERS);
	else if (what < 160)
		hold(in, FIRST_LOOKER + who % LOOKERS);
	else if (what < 240)
		deeds[what % 4](in, who % PORTS);
	else if (what < 248)
		reopen(FIRST_LOOKER + who % LOOKERS);
	else
		handle_close(&cast[who % PORTS]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, data + size};

	region_begin();
	cast_begin();
	for (int who = FIRST_LOOKER; who < FIRST_LOOKER + LOOKERS; who++)
		reopen(who);
	for (int who = 0; who < PORTS; who++)
		open_port(&in, who);
	for (int i = 0; i < MAX_STEPS && input_left(&in); i++) {
		step(&in);
		REQUIRE(segment->hold_count == count_given());
	}
	cast_end();
	REQUIRE(!hold_any());
	region_end();
	return 0;
}
