// SPDX-License-Identifier: BSD-2-Clause
#include "cast.h"

#include "control/control.h"

struct handle cast[MAX_CAST];

void cast_begin(void)
{
	for (int who = 0; who < MAX_CAST; who++)
		cast[who].fd = -1;
}

void cast_end(void)
{
	for (int who = MAX_CAST - 1; who >= 0; who--)
		handle_close(&cast[who]);
}

int cast_ask(int who, uint16_t type, const char *name, void *body, void *options)
{
	struct nmreq_header header = {.nr_version = NETMAP_API, .nr_reqtype = type, .nr_body = (uintptr_t)body,
				      .nr_options = (uintptr_t)options};

	strncpy(header.nr_name, name, sizeof header.nr_name - 1);
	return control_ioctl(cast[who].desc, NIOCCTRL, (uintptr_t)&header);
}

void cast_open(int who, const char *name, struct nmreq_register reg, void *options)
{
	handle_open(&cast[who]);
	if (cast_ask(who, NETMAP_REQ_REGISTER, name, &reg, options))
		handle_close(&cast[who]);
	else
		handle_map(&cast[who]);
}

struct port *cast_port(int who)
{
	uint16_t id = cast[who].fd < 0 ? NONE : segment->descs[cast[who].desc].port;

	return id == NONE ? NULL : port_at(id);
}

struct netmap_ring *cast_ring(int who, int dir, int n)
{
	struct port *port = cast_port(who);

	return port && n < port->ring_count[dir] ? (struct netmap_ring *)((char *)cast[who].map + port->rings[dir][n].ring_ofs)
						 : NULL;
}

uint32_t take_value(struct input *in)
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

// ---- good neighbors ----

static void hold_receivable(int who, int n, uint32_t longest)
{
	struct port *port = cast_port(who);
	struct netmap_ring *ring = cast_ring(who, RX, n);
	const uint32_t slots = port->rings[RX][n].num_slots;

	REQUIRE(ring->num_slots == slots && ring->head < slots && ring->cur < slots && ring->tail < slots);
	for (uint32_t i = ring->head; i != ring->tail; i = (i + 1) % slots) {
		REQUIRE(buffer_is_valid(&port->rings[RX][n], ring->slot[i].buf_idx));
		REQUIRE(ring->slot[i].len <= longest);
	}
}

void cast_receive_all(int who, uint32_t longest)
{
	for (int n = 0; cast_port(who) && n < cast_port(who)->ring_count[RX]; n++) {
		struct netmap_ring *ring = cast_ring(who, RX, n);

		control_ioctl(cast[who].desc, NIOCRXSYNC, 0);
		hold_receivable(who, n, longest);
		ring->head = ring->cur = ring->tail;
		control_ioctl(cast[who].desc, NIOCRXSYNC, 0);
	}
}

void cast_send_all(int who)
{
	for (int n = 0; cast_port(who) && n < cast_port(who)->ring_count[TX]; n++) {
		struct netmap_ring *ring = cast_ring(who, TX, n);

		REQUIRE(ring->tail < ring->num_slots);
		for (; ring->head != ring->tail; ring->head = ring->cur = (ring->head + 1) % ring->num_slots)
			ring->slot[ring->head].len = 60;
		control_ioctl(cast[who].desc, NIOCTXSYNC, 0);
	}
}

// ---- what must hold ----

static void hold_ring(const struct kring *k)
{
	const uint32_t slots = k->num_slots;

	REQUIRE(k->hwcur < slots && k->hwtail < slots && k->rhead < slots && k->rcur < slots && k->rtail < slots);
	REQUIRE(!k->lock && !k->qlock && !k->claimed);
}

void cast_hold_rings(void)
{
	for (uint32_t id = 0; id < segment->port_high; id++)
		for (int dir = RX; dir <= TX; dir++)
			for (int n = 0; n < MAX_RINGS; n++)
				if (port_at(id)->rings[dir][n].active)
					hold_ring(&port_at(id)->rings[dir][n]);
}
