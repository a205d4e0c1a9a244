// SPDX-License-Identifier: BSD-2-Clause
//
// Pipes: "base{id" and "base}id" are the two ends. Both are made when either is opened, and live
// until neither is open. A slot of one end's tx ring and the slot of the same number in the other
// end's rx ring name the same buffer; sending and releasing copy slots, never frames.
//
// Where one end is made for a guest, each has memory of its own: the guest must not reach the other's.
// Slots then keep their buffers, and frames are copied.
#include <errno.h>
#include <string.h>

#include "core/region.h"
#include "ports/offer.h"
#include "ports/pipe_slots.h"
#include "ports/port.h"
#include "ports/vale_parent.h"

enum { MAX_PLAIN_BASE = 15 };

// ---- making pairs ----

static int base_check(const char *name, uint32_t length)
{
	int vale = vale_name_check(name, length);

	if (vale)
		return vale;
	return length > MAX_PLAIN_BASE || memchr(name, ':', length) ? -ENXIO : 1;
}

static int claims(const char *name)
{
	uint32_t brace = strcspn(name, "{}");

	if (!name[brace])
		return 0;
	if (!brace || !name[brace + 1])
		return -EINVAL;
	return base_check(name, brace);
}

static void peer_name(char peer[PORT_NAME_BYTES], const char *name)
{
	uint32_t brace = pipe_base_length(name);

	memcpy(peer, name, strnlen(name, PORT_NAME_BYTES - 1) + 1);
	peer[brace] = name[brace] == '{' ? '}' : '{';
}

static struct port_wish mirrored(const struct port_wish *wish)
{
	struct port_wish other = *wish;

	for (int dir = RX; dir <= TX; dir++) {
		other.slots[dir] = wish->slots[!dir];
		other.rings[dir] = wish->rings[!dir];
	}
	return other;
}

static int choose_own_area(struct port *port, const struct port_wish *wish)
{
	const uint32_t tx = port->ring_count[TX], rx = port->ring_count[RX];
	const uint32_t tx_slots = port->slot_count[TX], rx_slots = port->slot_count[RX];
	const struct area_need need = {
		.rings = tx + rx,
		.slots_per_ring = rx_slots > tx_slots ? rx_slots : tx_slots,
		.buffers = tx * tx_slots + rx * rx_slots + wish->extra_bufs,
		.for_guest = 1,
	};
	int area = port_choose_area(port->name, wish, &need);

	if (area < 0)
		return area;
	port->area_gen = segment->areas[area].gen;
	port->area = area;
	return 0;
}

static void base_name(char base[PORT_NAME_BYTES], const char *name)
{
	memset(base, 0, PORT_NAME_BYTES);
	memcpy(base, name, pipe_base_length(name));
}

static int choose_area(struct port *a, struct port *b, const struct port_wish *wish, const struct area_need *need)
{
	char base[PORT_NAME_BYTES];
	int area;

	base_name(base, a->name);
	area = port_choose_area(base, wish, need);
	if (area < 0)
		return area;
	a->area_gen = b->area_gen = segment->areas[area].gen;
	a->area = b->area = area;
	return 0;
}

// ---- unmaking them ----

static void drop(struct port *a, struct port *b)
{
	const uint16_t areas[] = {a->area, b->area};
	const int apart = a->flags & PIPE_APART;
	char base[PORT_NAME_BYTES];

	base_name(base, a->name);
	for (int n = 0; n < MAX_RINGS && !apart; n++) {
		pipe_take_back_all(&b->rings[TX][n], &a->rings[RX][n]);
		pipe_take_back_all(&a->rings[TX][n], &b->rings[RX][n]);
	}
	port_drop_rings(a, RX, apart);
	port_drop_rings(b, RX, apart);
	port_drop_rings(a, TX, 1);
	port_drop_rings(b, TX, 1);
	port_free(a);
	port_free(b);
	port_leave_area(areas[0]);
	port_leave_area(areas[1]);
	vale_parent_left(base);
}

// Rings that were not made yet are not active, and drop passes over them.
static int furnish(struct port *a, struct port *b, const struct port_wish *wish, const struct area_need *need)
{
	int error = choose_area(a, b, wish, need);

	if (!error)
		error = port_make_rings(a, TX, NULL);
	if (!error)
		error = port_make_rings(b, TX, NULL);
	if (!error)
		error = port_make_rings(a, RX, b);
	if (!error)
		error = port_make_rings(b, RX, a);
	if (error)
		drop(a, b);
	return error;
}

static int furnish_apart(struct port *a, struct port *b, const struct port_wish *wish)
{
	int error = choose_own_area(a, wish);

	a->flags = b->flags = PIPE_APART;
	if (!error)
		error = choose_own_area(b, wish);
	if (!error)
		error = port_make_own_rings(a);
	if (!error)
		error = port_make_own_rings(b);
	if (error)
		drop(a, b);
	return error;
}

static struct area_need needed(const struct port_wish *asked)
{
	const struct port_wish w = port_whole_wish(asked);

	return (struct area_need){
		.rings = 2 * (w.rings[TX] + w.rings[RX]),
		.slots_per_ring = w.slots[RX] > w.slots[TX] ? w.slots[RX] : w.slots[TX],
		.buffers = w.rings[TX] * w.slots[TX] + w.rings[RX] * w.slots[RX] + w.extra_bufs,
	};
}

// Slots that nobody asked for are as many as the parent's, whose area is the pipe's.
static int ask_parent(const char *name, struct port_wish *wish)
{
	const struct area_need need = needed(wish);
	char base[PORT_NAME_BYTES];
	struct port *parent;
	int error = region_has_room((uint64_t)need.buffers * BUFFER_BYTES); // before anything is touched

	if (error)
		return error;
	base_name(base, name);
	parent = vale_parent(base, wish, &need, &error);
	for (int dir = RX; parent && dir <= TX; dir++)
		if (!wish->slots[dir])
			wish->slots[dir] = parent->slot_count[dir];
	if (parent)
		wish->mem_id = parent->area + 1;
	return error;
}

static int make_pair(const char *name, const struct port_wish *wish, const struct port_wish *peer_wish)
{
	const struct area_need need = needed(wish);
	char other[PORT_NAME_BYTES];
	struct port *a, *b = NULL;
	int error;

	peer_name(other, name);
	a = port_alloc(name, KIND_PIPE, wish);
	if (a)
		b = port_alloc(other, KIND_PIPE, peer_wish);
	if (a && !b)
		port_free(a);
	if (!b)
		return -ENOMEM;
	a->peer = port_id(b);
	b->peer = port_id(a);
	error = offer_is_wished(wish) ? furnish_apart(a, b, wish) : furnish(a, b, wish, &need);
	if (error)
		return error;
	port_announce(b);
	port_announce(a);
	return port_id(a);
}

// What is asked for is the geometry of "base{id", also by who opens the other end.
static int create(const char *name, const struct port_wish *asked)
{
	struct port_wish wish = *asked, other;
	char base[PORT_NAME_BYTES];
	int id = offer_is_wished(asked) ? 0 : ask_parent(name, &wish); // what is a guest's shares nothing

	if (id)
		return id;
	base_name(base, name);
	other = mirrored(&wish);
	id = name[strlen(base)] == '{' ? make_pair(name, &wish, &other) : make_pair(name, &other, &wish);
	if (id < 0)
		vale_parent_left(base);
	return id;
}

static void unused(struct port *port)
{
	struct port *peer = port->peer == NONE ? NULL : port_at(port->peer);

	if (!peer) // its maker died before it had one, and will be freed without
		return;
	if (!port->user_count && !peer->user_count)
		drop(port, peer);
}

const struct port_ops pipe_ops = {
	.kind = KIND_PIPE,
	.claims = claims,
	.create = create,
	.unused = unused,
	.tx_sync = pipe_tx_sync,
	.rx_sync = pipe_rx_sync,
	.is_idle = pipe_is_idle,
};
